import type { OperationName } from './operations.ts';
import { setupBytes, setupWords, type SetupPacket } from './usb-setup.ts';

/** One frame of a protocol, or a run of bytes that is none, as it went one way. */
export interface Stretch {
  direction: Direction;
  /** Short: `Command 13 write`. Never says anything of a key. */
  title: string;
  detail: string;
  bytes: Uint8Array;
  /** Which bytes are key material: `[from, to)` each. */
  secret: Secret;
  /** False: a run of bytes that no frame explains. */
  frame: boolean;
  /** A broken frame. */
  fault: boolean;
}
export type Direction = 'sent' | 'received';
export type Secret = 'none' | 'all' | readonly (readonly [from: number, to: number])[];

/** What a frame is called. The title has nothing of its payload: it stays where the rest is blanked. */
export type Words = Pick<Stretch, 'title' | 'detail' | 'secret' | 'fault'>;

/** One way of a control transfer over USB: the request with what it sends, or what came of it. */
export interface ControlStage {
  setup: SetupPacket;
  direction: Direction;
  /** The data of this way. */
  data: Uint8Array;
  /** Of what came back; `ok` of a request. */
  outcome: 'ok' | 'stalled' | 'failed';
}

/** Puts the bytes of a wire into words. Pure: however a direction's bytes are split, the same stretches come out. */
export interface FrameDecoder {
  /** Operations whose keys it marks in every frame that may carry them; all bytes of others that carry keys are blanked. */
  readonly marks: readonly OperationName[];
  /** Of a wire of packets, one whole packet: a transfer over USB. */
  feed(direction: Direction, bytes: Uint8Array): Stretch[];
  /** Null: not of its protocol. `secret` counts in what is shown: a request's set-up packet is before its data. */
  control?(stage: ControlStage): Words | null;
  /** `silence`: nothing came for a while, so a run is over; half a frame may still go on. `end`: so is everything. */
  flush(reason: 'silence' | 'end'): Stretch[];
}

/** What a family says of the bytes at `at`. `garbage`: no frame begins there. `frame` false: it may be a key's bytes. */
export type Taken = 'incomplete' | 'garbage' | ({ size: number; frame?: false } & Words);
export type TakeFrame = (bytes: Uint8Array, at: number, direction: Direction) => Taken;

/** A run is shown in pieces of this size: a screen has no more room, and memory is bounded. */
export const LONGEST_RUN = 256;
const EMPTY = new Uint8Array(0);
const DIRECTIONS = ['sent', 'received'] as const;

/** A decoder around one function that knows a frame when it sees it. */
export function framedDecoder(take: TakeFrame, marks: readonly OperationName[] = []): FrameDecoder {
  const ways = { sent: new Way('sent', take), received: new Way('received', take) };
  return {
    marks,
    feed(direction, bytes) {
      const other = direction === 'sent' ? ways.received : ways.sent;
      return [...other.endRun(), ...ways[direction].feed(bytes)];
    },
    flush: (reason) =>
      DIRECTIONS.flatMap((direction) =>
        reason === 'end' ? ways[direction].end() : ways[direction].endRun(),
      ),
  };
}

/** A decoder of packets, one a call. `read` says null of what is none. `forget`: what is to come answers nothing before it. */
export function packetDecoder(
  read: (packet: Uint8Array, direction: Direction) => Words | null,
  forget: () => void,
): FrameDecoder {
  return {
    marks: [],
    feed(direction, bytes) {
      const words = read(bytes, direction);
      const frame = words !== null;
      return [{ direction, ...(words ?? plainWords(bytes)), bytes: Uint8Array.from(bytes), frame }];
    },
    flush(reason) {
      if (reason === 'end') forget();
      return [];
    },
  };
}

/** One way of a control transfer as a stretch: what the decoder calls it, else what every set-up packet says of itself. */
export function controlStretch(decoder: FrameDecoder, stage: ControlStage): Stretch {
  const { direction, data, setup } = stage;
  const words = decoder.control?.(stage) ?? null;
  const bytes = direction === 'sent' ? Uint8Array.of(...setupBytes(setup), ...data) : Uint8Array.from(data);
  return { direction, ...(words ?? controlWords(stage)), bytes, frame: words !== null };
}

/** A bulk or interrupt transfer that was refused. */
export const stalledStretch = (endpoint: number): Stretch => ({
  ...said(`Stalled endpoint ${endpoint}`),
  ...{ direction: 'received', bytes: EMPTY, frame: false },
});

function controlWords({ direction, setup, data, outcome }: ControlStage): Words {
  if (direction === 'sent') {
    const { title, detail } = setupWords(setup);
    return said(title, detail);
  }
  if (outcome === 'ok') return plainWords(data);
  return said(outcome === 'stalled' ? 'Stalled' : 'No answer');
}

export const said = (title: string, detail = ''): Words => ({
  ...{ title, detail, secret: 'none', fault: false },
});
export const damaged = (name: string): Words => ({ ...said(`Damaged ${name}`), fault: true });
const plainWords = (bytes: Uint8Array): Words => said(`${bytes.length} B`);

/** For wires that no decoder knows: runs of bytes, cut where the direction changes or nothing came for a while. */
export const plainDecoder = (): FrameDecoder => framedDecoder(() => 'garbage');

class Way {
  private readonly direction: Direction;
  private readonly take: TakeFrame;
  private pending: Uint8Array = EMPTY;
  private run: number[] = [];

  constructor(direction: Direction, take: TakeFrame) {
    this.direction = direction;
    this.take = take;
  }

  feed(bytes: Uint8Array): Stretch[] {
    this.pending = this.pending.length === 0 ? bytes.slice() : Buffer.concat([this.pending, bytes]);
    return this.scan(false);
  }

  endRun(): Stretch[] {
    if (this.run.length === 0) return [];
    const bytes = Uint8Array.from(this.run);
    this.run = [];
    return [{ direction: this.direction, ...plainWords(bytes), bytes, frame: false }];
  }

  end(): Stretch[] {
    return [...this.scan(true), ...this.endRun()];
  }

  private scan(final: boolean): Stretch[] {
    const stretches: Stretch[] = [];
    let at = 0;
    while (at < this.pending.length) {
      const taken = this.take(this.pending, at, this.direction);
      if (taken === 'incomplete' && !final) break;
      if (typeof taken === 'string') {
        this.run.push(this.pending[at] ?? 0);
        at += 1;
        if (this.run.length >= LONGEST_RUN) stretches.push(...this.endRun());
        continue;
      }
      const { size, ...words } = taken;
      const bytes = Uint8Array.from(this.pending.subarray(at, at + size));
      stretches.push(...this.endRun(), { direction: this.direction, frame: true, ...words, bytes });
      at += size;
    }
    this.pending = this.pending.slice(at);
    return stretches;
  }
}
