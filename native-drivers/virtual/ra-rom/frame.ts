import { ETX, MAX_PAYLOAD, SOD, SOH } from './protocol.ts';

export interface RomFrame {
  type: 'frame';
  /** Command (host asks) or data (host goes on). */
  kind: 'command' | 'data';
  code: number;
  payload: Uint8Array;
  fault: 'packet' | 'checksum' | null;
}

/** A byte outside any frame: the handshake lives there. */
interface RomByte {
  type: 'byte';
  value: number;
}

export type RomInput = RomFrame | RomByte;

/**
 * Bytes to frames, in any chunks with the same result. Pure: time and meaning are the ROM's affair.
 * 01|81 LNH LNL CODE payload SUM ETX; LN counts code and payload; LNH..SUM add up to 0.
 */
export class RomParser {
  private pending: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): RomInput[] {
    const all = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    const inputs: RomInput[] = [];
    let at = 0;
    for (let next = takeInput(all, at); next !== null; next = takeInput(all, at)) {
      inputs.push(next.input);
      at += next.size;
    }
    // A copy: the caller may use its buffer again, and a Buffer's own slice would share it.
    this.pending = new Uint8Array(all.subarray(at));
    return inputs;
  }

  /** True while a frame has begun and not ended. */
  get inFrame(): boolean {
    return this.pending.length > 0;
  }

  /** Gives up a half frame and says how many bytes that was. */
  abandon(): number {
    const lost = this.pending.length;
    this.pending = new Uint8Array(0);
    return lost;
  }
}

/** What begins at `at`; null while that cannot be told. */
function takeInput(bytes: Uint8Array, at: number): { input: RomInput; size: number } | null {
  const value = bytes[at];
  if (value === undefined) return null;
  const outside = { input: { type: 'byte', value }, size: 1 } as const;
  if (value !== SOH && value !== SOD) return outside;
  const [high, low] = [bytes[at + 1], bytes[at + 2]];
  if (high === undefined || low === undefined) return null;
  const length = (high << 8) | low;
  // No frame has such a length: the start byte was noise, and what follows it may begin a frame.
  if (length < 1 || length > MAX_PAYLOAD + 1) return outside;
  const size = length + 5;
  if (at + size > bytes.length) return null;
  return { input: readFrame(new Uint8Array(bytes.subarray(at, at + size)), length), size };
}

function readFrame(bytes: Uint8Array, length: number): RomFrame {
  const sum = sumOf(bytes, 4 + length);
  const ended = bytes[4 + length] === ETX;
  return {
    type: 'frame',
    kind: bytes[0] === SOH ? 'command' : 'data',
    code: bytes[3] ?? 0,
    payload: bytes.subarray(4, 3 + length),
    fault: !ended ? 'packet' : sum !== 0 ? 'checksum' : null,
  };
}

/** An answer frame: always SOD. */
export function encodeAnswer(code: number, payload: Uint8Array): Uint8Array {
  const length = payload.length + 1;
  const frame = new Uint8Array(length + 5);
  frame.set([SOD, length >> 8, length & 0xff, code]);
  frame.set(payload, 4);
  frame[3 + length] = -sumOf(frame, 3 + length) & 0xff;
  frame[4 + length] = ETX;
  return frame;
}

/** Sum of the bytes behind the start byte, up to `end`, mod 256. */
function sumOf(bytes: Uint8Array, end: number): number {
  let sum = 0;
  for (let index = 1; index < end; index += 1) sum += bytes[index] ?? 0;
  return sum & 0xff;
}
