import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchClock, BenchEvent, BenchStatus } from './control/messages.ts';
import { FaultSet } from './faults.ts';
import type { PartShelf } from './part-shelf.ts';
import type { SocketChip, VirtualTarget } from './target.ts';
import type { DeadlineClock } from './wire/deadline-clock.ts';
import { IdealClock } from './wire/ideal-clock.ts';
import { openPseudoTerminal, type PseudoTerminal } from './wire/pseudo-terminal.ts';

export interface SiteOptions {
  id: string;
  target: VirtualTarget;
  directory: string;
  /** Null: `--speed max`. */
  clock: DeadlineClock | null;
  shelf: PartShelf;
  acceptForeignKeys: boolean;
}

/** One socket of the bench with its cable and its faults. */
export class Site {
  readonly id: string;
  readonly link: string;
  readonly chip: SocketChip;
  private readonly options: SiteOptions;
  private readonly faults: FaultSet;
  private readonly ideal = new IdealClock();
  private readonly listeners = new Set<(event: BenchEvent) => void>();
  private terminal: PseudoTerminal | null = null;

  constructor(options: SiteOptions) {
    this.id = options.id;
    this.options = options;
    this.link = join(options.directory, options.id);
    this.faults = new FaultSet(options.target.faults);
    this.chip = options.target.socket({
      clock: options.clock,
      ideal: this.ideal,
      faults: this.faults,
      acceptForeignKeys: options.acceptForeignKeys,
      transmit: (bytes) => this.terminal?.write(bytes),
      discard: () => this.terminal?.discardPending(),
      onRunning: (running) => this.emit({ event: 'running', running }),
      lineRate: () => this.terminal?.rate() ?? 0,
      usbChanged: () => undefined,
    });
    this.plug();
  }

  /** Length of a unique id. */
  get uidBytes(): number {
    return this.options.target.uidBytes;
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
    if (!this.faults.arm(line)) return false;
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

  close(): void {
    this.chip.setPower(false);
    this.pull();
  }

  private emit(event: BenchEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
