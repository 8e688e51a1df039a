import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import { startServer } from './application.ts';
import type { SmpPart } from './part.ts';
import { exchange, imageIn, swapNs } from './slots.ts';

/** What Zephyr prints on the console that SMP shares. */
const BANNER = Buffer.from('*** Booting MCUboot ***\r\n*** Booting Zephyr OS build v3.7.0 ***\r\n', 'latin1');

/**
 * MCUboot without recovery, then the application: swaps where a trial or a revert is due, which a reset in the middle
 * begins again, and starts what is in slot 0. Nothing valid there: silence.
 */
export class Boot implements SerialProgram {
  private readonly host: SerialHost<SmpPart>;
  private readonly time: ChipTime<SmpPart>;
  private application: SerialProgram | null = null;
  private stopped = false;

  constructor(host: SerialHost<SmpPart>) {
    this.host = host;
    this.time = new ChipTime(host);
    this.time.heard(ChipTime.now());
    void this.boot();
  }

  receive(bytes: Uint8Array, at: number): void {
    if (this.application === null) this.host.countDiscarded(bytes.length);
    else this.application.receive(bytes, at);
  }

  stop(): void {
    this.stopped = true;
    this.application?.stop();
  }

  private async boot(): Promise<void> {
    const { part } = this.host;
    await this.swap(part);
    if (this.stopped) return;
    // After the turn: the chip that starts this program is still on the stack.
    if (imageIn(part, 0)?.bootable !== true) setImmediate(() => this.host.fallSilent());
    else if (!part.builds.has('app-silent')) this.start();
  }

  private start(): void {
    this.host.send(BANNER, this.time.at);
    this.application = startServer(this.host, this.time);
  }

  private async swap(part: SmpPart): Promise<void> {
    if (part.swap === 'none') return;
    if (part.swap !== 'revert' && imageIn(part, 1) === null) {
      part.swap = 'none';
      return;
    }
    await this.time.busy(swapNs(part));
    if (this.stopped) return;
    exchange(part);
    part.swap = part.swap === 'test' ? 'revert' : 'none';
  }
}
