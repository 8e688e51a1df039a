import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Chip, lifecycleOf } from './chip/chip.ts';
import type { FirmwareFactory } from './chip/firmware.ts';
import type { BenchClock, BenchEvent, BenchStatus } from './control/messages.ts';
import { FaultSet } from './faults.ts';
import type { PartShelf } from './part-shelf.ts';
import { PRODUCT } from './ra8m1/part.ts';
import type { DeadlineClock } from './wire/deadline-clock.ts';
import { IdealClock } from './wire/ideal-clock.ts';
import { openPseudoTerminal, type PseudoTerminal } from './wire/pseudo-terminal.ts';

export interface SiteOptions {
  id: string;
  target: string;
  directory: string;
  /** Null: `--speed max`. */
  clock: DeadlineClock | null;
  shelf: PartShelf;
  firmware: FirmwareFactory | null;
  acceptForeignKeys: boolean;
}

/** One socket of the bench with its cable and its faults. */
export class Site {
  readonly id: string;
  readonly link: string;
  readonly chip: Chip;
  private readonly options: SiteOptions;
  private readonly faults = new FaultSet();
  private readonly ideal = new IdealClock();
  private readonly listeners = new Set<(event: BenchEvent) => void>();
  private terminal: PseudoTerminal | null = null;

  constructor(options: SiteOptions) {
    this.id = options.id;
    this.options = options;
    this.link = join(options.directory, options.id);
    this.chip = new Chip({
      clock: options.clock,
      ideal: this.ideal,
      faults: this.faults,
      firmware: options.firmware,
      acceptForeignKeys: options.acceptForeignKeys,
      transmit: (bytes) => this.terminal?.write(bytes),
      discard: () => this.terminal?.discardPending(),
      onRunning: (running) => this.emit({ event: 'running', running }),
    });
    this.plug();
  }

  get port(): string | null {
    return this.terminal?.path ?? null;
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
    if (this.terminal !== null) return;
    this.terminal = openPseudoTerminal((bytes) => this.chip.receive(bytes));
    const fresh = `${this.link}.new`;
    rmSync(fresh, { force: true });
    symlinkSync(this.terminal.path, fresh);
    renameSync(fresh, this.link);
    this.emit({ event: 'cable', port: this.port });
  }

  pull(): void {
    if (this.terminal === null) return;
    this.terminal.close();
    this.terminal = null;
    this.chip.loseWire();
    rmSync(this.link, { force: true });
    this.emit({ event: 'cable', port: null });
  }

  /** False for a name that is no fault. Those that change what the part says take hold at once. */
  arm(line: string): boolean {
    const [name, operand] = line.split(/\s+/);
    const { part } = this.chip;
    if (name === 'wrong-chip' && part !== null) part.reportedProduct = operand ?? 'R7FA6M4AF3CFB';
    if (name === 'wrong-uid' && part !== null) part.reportedUid = otherUid(part.uid, operand);
    if (name === 'bad-cell') part?.flash.setBadCell(Number.parseInt(operand ?? '02000000', 16));
    return this.faults.arm(line);
  }

  clearFaults(): void {
    this.faults.clear();
    const { part } = this.chip;
    if (part === null) return;
    part.reportedProduct = PRODUCT;
    part.reportedUid = part.uid;
    part.flash.setBadCell(null);
  }

  status(): BenchStatus {
    const { chip } = this;
    return {
      site: this.id,
      target: this.options.target,
      port: this.port,
      link: this.link,
      part: chip.part !== null,
      uid: chip.part === null ? null : Buffer.from(chip.part.uid).toString('hex'),
      powered: chip.powered,
      mode: chip.modePin,
      running: chip.running,
      ...lifecycleOf(chip.part),
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

  close(): void {
    this.chip.setPower(false);
    this.pull();
  }

  private emit(event: BenchEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

/** The one asked for, or the true one with every bit turned. */
function otherUid(uid: Uint8Array, hex: string | undefined): Uint8Array {
  const wanted = Buffer.from(hex ?? '', 'hex');
  return wanted.length === uid.length ? wanted : uid.map((byte) => byte ^ 0xff);
}
