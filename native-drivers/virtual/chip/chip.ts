import type { BenchStatus } from '../control/messages.ts';
import { bootChainHolds } from '../ra8m1/boot-certificates.ts';
import { DATA_BYTES, DATA_START } from '../ra8m1/memory-map.ts';
import { dlmName, levelName, PRODUCT, type Part } from '../ra8m1/part.ts';
import { DLM } from '../ra8m1/protocol.ts';
import { Rom } from '../ra8m1/rom.ts';
import type { RomHost } from '../ra8m1/session.ts';
import { FIRST_BAUD_RATE } from '../ra-rom/protocol.ts';
import type { SocketChip, SocketOptions } from '../target.ts';
import { Lateness } from '../wire/lateness.ts';
import { PacedLine } from '../wire/paced-line.ts';
import type { ChipHardware, Firmware, FirmwareFactory } from './firmware.ts';
import { hardwareOf } from './hardware.ts';

/** What the demo firmware's serial port runs at (8N1), whatever the ROM was set to before. */
const FIRMWARE_BAUD_RATE = 115_200;

export interface ChipOptions extends SocketOptions {
  /** What the part runs with the mode pin high; null: nothing. */
  firmware: FirmwareFactory | null;
}

type Program =
  { kind: 'boot-rom'; rom: Rom } | { kind: 'firmware'; firmware: Firmware } | { kind: 'off' | 'silent' };

/** A socket with its power, reset and mode pin, and the part in it, if any. */
export class Chip implements SocketChip {
  private readonly options: ChipOptions;
  private readonly inbound: PacedLine;
  private readonly outbound: PacedLine;
  private program: Program = { kind: 'off' };
  private current: Part | null = null;
  private power = true;
  modePin: 'low' | 'high' = 'low';
  temperature = 25;
  baudRate = FIRST_BAUD_RATE;
  discardedBytes = 0;

  constructor(options: ChipOptions) {
    this.options = options;
    const { clock, ideal } = options;
    const pace = clock === null ? null : { clock, lateness: new Lateness(ideal, clock.wakeUps) };
    this.inbound = new PacedLine('in', pace, ideal, (bytes, at) => this.hear(bytes, at));
    this.outbound = new PacedLine('out', pace, ideal, (bytes) => options.transmit(bytes));
  }

  get part(): Part | null {
    return this.current;
  }

  get powered(): boolean {
    return this.power;
  }

  get running(): BenchStatus['running'] {
    return this.program.kind;
  }

  /** Bytes from the programmer. */
  receive(bytes: Uint8Array): void {
    this.inbound.push(bytes, this.baudRate);
  }

  insert(part: Part): void {
    this.current = part;
    this.discardedBytes = 0;
    this.restart();
  }

  remove(): void {
    this.current = null;
    this.restart();
  }

  setPower(on: boolean): void {
    if (on === this.power) return;
    this.power = on;
    this.restart();
  }

  /** Samples the mode pin: low starts the ROM, high the firmware. */
  reset(): void {
    this.restart();
  }

  lifecycle(): Pick<BenchStatus, 'dlm' | 'protection' | 'authentication'> {
    return lifecycleOf(this.current);
  }

  dataFlash(): { address: number; bytes: Uint8Array } | null {
    const bytes = this.current?.flash.read(DATA_START, DATA_BYTES);
    return bytes === undefined ? null : { address: DATA_START, bytes };
  }

  armed(name: string, operand: string | undefined): void {
    const { part } = this;
    if (part === null) return;
    if (name === 'wrong-chip') part.reportedProduct = operand ?? 'R7FA6M4AF3CFB';
    if (name === 'wrong-uid') part.reportedUid = otherUid(part.uid, operand);
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '02000000', 16));
  }

  cleared(): void {
    const { part } = this;
    if (part === null) return;
    part.reportedProduct = PRODUCT;
    part.reportedUid = part.uid;
    part.flash.setBadCell(null);
  }

  /** The cable is gone: what was on it is lost, the part knows nothing of it. */
  loseWire(): void {
    this.inbound.clear();
    this.outbound.clear();
  }

  private restart(): void {
    if (this.program.kind === 'boot-rom') this.program.rom.stop();
    if (this.program.kind === 'firmware') this.program.firmware.stop();
    this.loseWire();
    this.options.discard();
    this.program = this.start();
    this.options.onRunning(this.program.kind);
  }

  private start(): Program {
    const part = this.current;
    if (part === null || !this.power) return { kind: 'off' };
    if (this.modePin === 'low') return this.startRom(part);
    return this.startFirmware(part);
  }

  private startRom(part: Part): Program {
    if (part.dlm === DLM.lckBoot) return { kind: 'silent' };
    this.baudRate = FIRST_BAUD_RATE;
    return { kind: 'boot-rom', rom: new Rom(this.romHost(part)) };
  }

  private startFirmware(part: Part): Program {
    const { firmware } = this.options;
    if (firmware === null || !part.hasProgram() || !bootChainHolds(part)) return { kind: 'silent' };
    this.baudRate = FIRMWARE_BAUD_RATE;
    let live = true;
    const running = firmware(this.hardware(part), {
      send: (bytes) => {
        if (live) this.outbound.push(bytes, this.baudRate);
      },
      setBaudRate: (rate) => {
        if (live) this.baudRate = rate;
      },
      // After the turn: the firmware that asks is still on the stack.
      reset: () =>
        setImmediate(() => {
          if (live) this.restart();
        }),
    });
    const stop = () => {
      live = false;
      running.stop();
    };
    return { kind: 'firmware', firmware: { receive: (bytes) => running.receive(bytes), stop } };
  }

  private hear(bytes: Uint8Array, at: number): void {
    if (this.program.kind === 'boot-rom') this.program.rom.receive(bytes, at);
    if (this.program.kind === 'firmware') this.program.firmware.receive(bytes);
  }

  private hardware(part: Part): ChipHardware {
    return hardwareOf(part, {
      temperature: () => this.temperature,
      fault: () => this.options.faults.agent(),
    });
  }

  private romHost(part: Part): RomHost {
    const { clock, ideal, faults, acceptForeignKeys } = this.options;
    return {
      part,
      clock,
      ideal,
      faults,
      acceptForeignKeys,
      send: (bytes, from) => this.outbound.push(bytes, this.baudRate, from),
      setBaudRate: (rate) => (this.baudRate = rate),
      powerCut: () => this.restart(),
      countDiscarded: (bytes) => (this.discardedBytes += bytes),
      // Nothing is discarded: the answer to the lock is the last that this part says.
      fallSilent: () => {
        this.program = { kind: 'silent' };
        this.options.onRunning('silent');
      },
    };
  }
}

/** Life cycle in the chip's own words, for the status line. */
function lifecycleOf(part: Part | null): Pick<BenchStatus, 'dlm' | 'protection' | 'authentication'> {
  if (part === null) return { dlm: null, protection: null, authentication: null };
  return {
    dlm: dlmName(part.dlm),
    protection: levelName('PL', part.protection),
    authentication: levelName('AL', part.protection),
  };
}

/** The one asked for, or the true one with every bit turned. */
function otherUid(uid: Uint8Array, hex: string | undefined): Uint8Array {
  const wanted = Buffer.from(hex ?? '', 'hex');
  return wanted.length === uid.length ? wanted : uid.map((byte) => byte ^ 0xff);
}
