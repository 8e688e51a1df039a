import type { IdealClock } from '../wire/ideal-clock.ts';
import { ACK, type SwdAnswer, type SwdPort } from './swd-port.ts';

/** Clock cycles of a packet: request 8, turn-round 1, acknowledge 3, turn-round 1, data 32 and parity 1 (IHI 0031, B4.1). */
const PACKET_BITS = 46;
/** Without data: a WAIT or FAULT. */
const SHORT_BITS = 13;
const WORD_BYTES = 4;
const DEFAULT_HZ = 1_000_000;

/** The probe's end of the SWD line: it clocks packets out, retries those that must wait, and time passes. */
export class SwdMaster {
  /** ns. */
  time = 0;
  /** The part's flash is busy until then: the last packet had to wait for it. */
  stalled: () => number = () => 0;
  /** Until when the part's flash works by itself, ns. */
  flashUntil: () => number = () => 0;
  hz = DEFAULT_HZ;
  idleCycles = 0;
  waitRetries = 100;
  /** Null: no part, or one without power. */
  private readonly port: () => SwdPort | null;
  private readonly ideal: IdealClock;

  constructor(port: () => SwdPort | null, ideal: IdealClock) {
    this.port = port;
    this.ideal = ideal;
  }

  read(ap: boolean, register: number): SwdAnswer {
    return this.packet(ap, true, register, 0);
  }

  write(ap: boolean, register: number, value: number): SwdAnswer {
    return this.packet(ap, false, register, value);
  }

  sequence(bit: 0 | 1): void {
    this.clock(1);
    this.port()?.sequence(bit);
  }

  private packet(ap: boolean, read: boolean, register: number, value: number): SwdAnswer {
    for (let retry = 0; ; retry += 1) {
      const answer = this.once(ap, read, register, value);
      if (answer.ack !== ACK.wait || retry >= this.waitRetries) return answer;
    }
  }

  private once(ap: boolean, read: boolean, register: number, value: number): SwdAnswer {
    const port = this.port();
    const answer = port?.transfer(ap, read, register, value, this.time) ?? {
      ack: ACK.none,
      data: 0xffffffff,
    };
    this.time = Math.max(this.time, this.stalled());
    this.clock((answer.ack === ACK.ok ? PACKET_BITS : SHORT_BITS) + this.idleCycles);
    return answer;
  }

  /** What passes while the flash works costs nothing: the ideal clock has it already. */
  private clock(cycles: number): void {
    this.time += (cycles * 1e9) / this.hz;
    // Counted as four bytes: what a packet carries.
    if (this.flashUntil() <= this.time) this.ideal.countWire('out', WORD_BYTES, this.hz, cycles / WORD_BYTES);
  }
}
