import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { BenchClock, BenchEvent, BenchStatus } from './control/messages.ts';
import { FaultSet } from './faults.ts';
import type { PartShelf } from './part-shelf.ts';
import type { SocketChip, VirtualTarget } from './target.ts';
import { UsbCable } from './usb/usb-cable.ts';
import type { UsbIpServer } from './usb/usbip-server.ts';
import type { Cable } from './wire/cable.ts';
import type { DeadlineClock } from './wire/deadline-clock.ts';
import { IdealClock } from './wire/ideal-clock.ts';
import { TerminalCable } from './wire/terminal-cable.ts';
import { atWrongRate } from './wire/wrong-rate.ts';

const STALE_BYTES = 40;
const HALF = 0.5;

export interface SiteOptions {
  id: string;
  target: VirtualTarget;
  directory: string;
  /** Null: `--speed max`. */
  clock: DeadlineClock | null;
  shelf: PartShelf;
  acceptForeignKeys: boolean;
  /** Where the part is on USB: the site's own bus. Null for a target with a serial port. */
  bus: UsbIpServer | null;
}

/** One socket of the bench with its cable and its faults. */
export class Site {
  readonly id: string;
  readonly chip: SocketChip;
  private readonly options: SiteOptions;
  private readonly faults: FaultSet;
  private readonly ideal = new IdealClock();
  private readonly listeners = new Set<(event: BenchEvent) => void>();
  private readonly cable: Cable;

  constructor(options: SiteOptions) {
    this.id = options.id;
    this.options = options;
    this.faults = new FaultSet(options.target.faults);
    this.cable =
      options.bus === null
        ? new TerminalCable(join(options.directory, options.id), (bytes) => this.fromProgrammer(bytes))
        : new UsbCable(options.bus, () => this.chip.usb ?? null);
    this.chip = options.target.socket({
      clock: options.clock,
      ideal: this.ideal,
      faults: this.faults,
      acceptForeignKeys: options.acceptForeignKeys,
      transmit: (bytes) => this.cable.write(this.asAdapterHears(bytes)),
      discard: () => this.cable.discard(),
      onRunning: (running) => this.emit({ event: 'running', running }),
      lineRate: () => this.cable.rate(),
      usbChanged: () => this.cable.changed(),
    });
    this.plug();
  }

  /** Length of a unique id. */
  get uidBytes(): number {
    return this.options.target.uidBytes;
  }

  get port(): string | null {
    return this.cable.port;
  }

  /** What a programmer opens, over every plugging. */
  get link(): string {
    return this.cable.link;
  }

  onEvent(listener: (event: BenchEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** A fresh part, or the one of that unique id. False where one is in already. */
  insert(uid?: Uint8Array): boolean {
    if (this.chip.part !== null) return false;
    const { shelf } = this.options;
    this.chip.insert(uid === undefined ? shelf.fresh() : shelf.named(uid));
    this.emit({ event: 'presence', part: true });
    return true;
  }

  remove(): boolean {
    const { part } = this.chip;
    if (part === null) return false;
    this.chip.remove();
    this.options.shelf.keep(part);
    this.emit({ event: 'presence', part: false });
    return true;
  }

  plug(): void {
    if (this.cable.port !== null) return;
    this.cable.plug();
    this.emit({ event: 'cable', port: this.port });
  }

  pull(): void {
    if (this.cable.port === null) return;
    this.cable.pull();
    this.chip.loseWire();
    this.emit({ event: 'cable', port: null });
  }

  /** False for a name that is no fault. Those that change what the part says take hold at once. */
  arm(line: string): boolean {
    const [name, operand] = line.split(/\s+/);
    if (!this.faults.arm(line)) return false;
    if (this.faults.take('stale') !== null) this.cable.write(randomBytes(STALE_BYTES));
    this.chip.armed(name ?? '', operand);
    return true;
  }

  clearFaults(): void {
    this.faults.clear();
    this.chip.cleared();
  }

  status(): BenchStatus {
    const { chip } = this;
    return {
      site: this.id,
      target: this.options.target.id,
      port: this.port,
      link: this.link,
      part: chip.part !== null,
      uid: chip.part === null ? null : Buffer.from(chip.part.uid).toString('hex'),
      powered: chip.powered,
      mode: chip.modePin,
      running: chip.running,
      ...chip.lifecycle(),
      baudRate: chip.baudRate,
      speed: this.options.clock === null ? 'max' : 'wire',
      temperature: chip.temperature,
      faults: this.faults.list(),
      discardedBytes: chip.discardedBytes,
      clock: this.ideal.read(),
    };
  }

  readClock(): BenchClock {
    return this.ideal.read();
  }

  resetClock(): BenchClock {
    this.ideal.reset();
    return this.ideal.read();
  }

  async close(): Promise<void> {
    this.chip.setPower(false);
    this.pull();
    await this.cable.close();
  }

  private fromProgrammer(bytes: Uint8Array): void {
    if (this.faults.holds('echo') !== null) this.cable.write(bytes);
    this.chip.receive(this.asAdapterHears(bytes));
  }

  private asAdapterHears(bytes: Uint8Array): Uint8Array {
    const ratio = this.faults.holds('wrong-baud');
    return ratio === null ? bytes : atWrongRate(bytes, Number(ratio[0] ?? HALF));
  }

  private emit(event: BenchEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
