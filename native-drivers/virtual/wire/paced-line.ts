import { nowNs, type DeadlineClock } from './deadline-clock.ts';
import { BITS_8N1, wireNs, type IdealClock } from './ideal-clock.ts';
import { HOP_NS, type Lateness } from './lateness.ts';

/** Bursts from the programmer are handed on in pieces: the first frame of several need not wait for the last. */
const SLICE_NS = 1_000_000;
const SLICE_MIN_BYTES = 16;

/** The clock of a paced bench, and what the site's answers and questions were late by. */
export interface Pace {
  clock: DeadlineClock;
  lateness: Lateness;
}

/** One direction of the wire: hands bytes on, with their ideal time, when their last stop bit has arrived. */
export class PacedLine {
  private readonly direction: 'in' | 'out';
  private readonly pace: Pace | null;
  private readonly ideal: IdealClock;
  private readonly deliver: (bytes: Uint8Array, at: number) => void;
  private readonly bits: number;
  private free = 0;
  private epoch = 0;

  /** Null: nothing is paced; the ideal time is counted all the same. */
  constructor(
    direction: 'in' | 'out',
    pace: Pace | null,
    ideal: IdealClock,
    deliver: (bytes: Uint8Array, at: number) => void,
    bits = BITS_8N1,
  ) {
    this.direction = direction;
    this.pace = pace;
    this.ideal = ideal;
    this.deliver = deliver;
    this.bits = bits;
  }

  /** `from`: when the sender was ready, for a sender that knows its ideal time. */
  push(bytes: Uint8Array, baudRate: number, from?: number): void {
    this.ideal.countWire(this.direction, bytes.length, baudRate, this.bits);
    const { pace, epoch } = this;
    if (pace === null) return this.deliver(bytes, nowNs());
    this.free = Math.max(from ?? this.ready(pace), this.free);
    const slice = this.slice(bytes.length, baudRate);
    for (let offset = 0; offset < bytes.length; offset += slice) {
      const part = bytes.subarray(offset, offset + slice);
      this.free += wireNs(part.length, baudRate, this.bits);
      const at = this.free;
      pace.clock.at(this.direction === 'out' ? at - HOP_NS : at, () => {
        if (epoch === this.epoch) this.handOn(part, at, pace);
      });
    }
  }

  /** Bytes on the way are lost: the part was reset or the cable pulled. */
  clear(): void {
    this.epoch += 1;
    this.free = 0;
    this.pace?.lateness.clear();
  }

  private ready({ lateness }: Pace): number {
    return this.direction === 'in' ? lateness.sent() : nowNs() - HOP_NS;
  }

  private handOn(bytes: Uint8Array, at: number, { lateness }: Pace): void {
    if (this.direction === 'out') lateness.leaves(at);
    this.deliver(bytes, at);
  }

  /**
   * Answers are handed on whole, when the last stop bit has arrived: a public flasher takes 20 ms without a byte for
   * the end of an answer, and on a busy machine an event loop pauses for longer than that. The price is that the first
   * byte of a full packet comes after 1.07 s at 9600 baud; the tools that read full packets wait two seconds for it.
   */
  private slice(count: number, baudRate: number): number {
    if (this.direction === 'out') return count;
    return Math.max(SLICE_MIN_BYTES, Math.floor(SLICE_NS / wireNs(1, baudRate, this.bits)));
  }
}
