import type { SocketOptions } from '../target.ts';
import type { DeadlineClock } from '../wire/deadline-clock.ts';
import { Lateness } from '../wire/lateness.ts';

/** Bytes per second of a full-speed bus (USB 2.0, section 7.1.11: 12 Mb/s). */
const BYTES_PER_SECOND = 1_500_000;
/** Of endpoint 0. */
const PACKET = 64;
const SETUP_BYTES = 8;
/**
 * What a transaction takes beside its data, in byte times: USB 2.0, section 5.5.3, counts 45 for a control transfer of
 * three transactions, of which 8 are the setup data.
 */
const OVERHEAD = (45 - SETUP_BYTES) / 3;

/** Byte times of a whole control transfer with that many bytes of data; bit stuffing is not counted. */
export function controlTransferBytes(data: number): number {
  const transactions = 2 + Math.ceil(data / PACKET);
  return SETUP_BYTES + data + transactions * OVERHEAD;
}

export const controlTransferNs = (data: number): number =>
  (controlTransferBytes(data) * 1e9) / BYTES_PER_SECOND;

/** The time of a part on a full-speed bus: transfers and flash add up, however late the simulator wakes. */
export class BusTime {
  private readonly ideal: SocketOptions['ideal'];
  /** Null: nothing is paced. */
  private readonly pace: { clock: DeadlineClock; lateness: Lateness } | null;
  /** When the bus was last through with a transfer, and the flash with its work, ns. */
  private at = 0;
  private flashAt = 0;

  constructor({ clock, ideal }: Pick<SocketOptions, 'clock' | 'ideal'>) {
    this.ideal = ideal;
    this.pace = clock === null ? null : { clock, lateness: new Lateness(ideal, clock.wakeUps) };
  }

  /** A control transfer passes over the bus. */
  async transfer(direction: 'in' | 'out', bytes: number): Promise<void> {
    this.ideal.countWire(direction, controlTransferBytes(bytes), BYTES_PER_SECOND, 1);
    if (this.pace === null) return;
    const { clock, lateness } = this.pace;
    this.at = Math.max(this.at, lateness.sent()) + controlTransferNs(bytes);
    await clock.until(this.at);
    lateness.leaves(this.at);
  }

  /**
   * Flash works. bwPollTimeout is in whole milliseconds, rounded up: nobody may ask before, so that much is counted. 0
   * where nothing is paced.
   */
  busy(nanoseconds: number): { pollMs: number; done: Promise<void> } {
    this.ideal.countFlash(Math.ceil(nanoseconds / 1e6) * 1e6);
    if (this.pace === null) return { pollMs: 0, done: Promise.resolve() };
    this.flashAt = Math.max(this.flashAt, this.at) + nanoseconds;
    const pollMs = Math.ceil((this.flashAt - this.at) / 1e6);
    return { pollMs, done: this.pace.clock.until(this.flashAt) };
  }
}
