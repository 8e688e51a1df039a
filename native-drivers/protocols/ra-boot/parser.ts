import { ETX, FRAME_OVERHEAD } from './constants.ts';
import { MAX_LENGTH_FIELD, checksum, startByte } from './frame.ts';
import type { Frame, ParserEvent } from './frame.ts';

export interface FrameParser {
  /** Takes bytes in any chunks; returns what they completed, in order. */
  feed(bytes: Uint8Array): ParserEvent[];
  /**
   * Nothing more will come: gives up a frame that never completed and looks for one behind its start byte. A start
   * byte in line noise costs one time-out then, never the frame that followed it.
   */
  flush(): ParserEvent[];
  /** Bytes so far that belonged to no good frame. */
  readonly discarded: number;
}

/** Pure parser: no clock, no link. The host reads `data` frames; a chip reads both kinds. */
export function createFrameParser(kinds: readonly Frame['kind'][]): FrameParser {
  const kindOf = new Map(kinds.map((kind) => [startByte(kind), kind]));
  let pending: Uint8Array = new Uint8Array(0);
  let discarded = 0;

  const scan = (final: boolean): ParserEvent[] => {
    const events: ParserEvent[] = [];
    let at = 0;
    while (at < pending.length) {
      const taken = takeFrame(pending, at, kindOf);
      if (taken === 'incomplete' && !final) break;
      if (typeof taken === 'string') {
        discarded += 1;
        at += 1;
        continue;
      }
      if (taken.event.type === 'bad-checksum') discarded += taken.size;
      events.push(taken.event);
      at += taken.size;
    }
    pending = pending.subarray(at);
    return events;
  };

  return {
    feed(bytes) {
      pending = pending.length === 0 ? bytes.slice() : Buffer.concat([pending, bytes]);
      return scan(false);
    },
    flush: () => scan(true),
    get discarded() {
      return discarded;
    },
  };
}

type Taken = { event: ParserEvent; size: number } | 'incomplete' | 'garbage';

/** Decides on the frame that would start at `at`. */
function takeFrame(bytes: Uint8Array, at: number, kindOf: Map<number, Frame['kind']>): Taken {
  const kind = kindOf.get(bytes[at] ?? -1);
  if (kind === undefined) return 'garbage';
  const high = bytes[at + 1];
  const low = bytes[at + 2];
  if (high === undefined) return 'incomplete';
  // The high byte alone can rule a length out: noise is dropped as soon as it shows.
  if (high > MAX_LENGTH_FIELD >> 8) return 'garbage';
  if (low === undefined) return 'incomplete';
  const length = (high << 8) | low;
  if (length === 0 || length > MAX_LENGTH_FIELD) return 'garbage';
  const size = length - 1 + FRAME_OVERHEAD;
  const end = bytes[at + size - 1];
  if (end === undefined) return 'incomplete';
  if (end !== ETX) return 'garbage';
  const code = bytes[at + 3] ?? 0;
  if (checksum(bytes, at + 1, at + size - 2) !== bytes[at + size - 2]) {
    return { event: { type: 'bad-checksum', code, discarded: size }, size };
  }
  const payload = bytes.slice(at + 4, at + size - 2);
  return { event: { type: 'frame', frame: { kind, code, payload } }, size };
}
