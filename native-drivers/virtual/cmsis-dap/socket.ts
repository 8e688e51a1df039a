import type { BenchStatus } from '../control/messages.ts';
import type { SocketChip, SocketOptions, VirtualPart } from '../target.ts';
import type { VirtualUsbDevice } from '../usb/device.ts';
import { nowNs } from '../wire/deadline-clock.ts';
import { Stm32f0Chip } from './chip.ts';
import { DEVICE_ID, Stm32f0Part } from './part.ts';
import { PRODUCT, ProbeDevice } from './probe-device.ts';
import { Probe, VERSION_2, type ProbeModel } from './probe.ts';
import { SwdMaster } from './swd-master.ts';
import { SwdPort } from './swd-port.ts';

const NO_LIFECYCLE = { dlm: null, protection: null, authentication: null };

interface Live {
  chip: Stm32f0Chip;
  port: SwdPort;
}

/** A probe that stays on USB, and the part in the socket that its SWD line ends at. */
export class ProbeSocket implements SocketChip {
  modePin: 'low' | 'high' = 'low';
  temperature = 25;
  readonly baudRate = 0;
  readonly discardedBytes = 0;
  readonly usb: VirtualUsbDevice;
  private readonly options: SocketOptions;
  private readonly master: SwdMaster;
  private current: Stm32f0Part | null = null;
  private power = true;
  private live: Live | null = null;
  private resetLow = false;

  constructor(options: SocketOptions, model: ProbeModel = VERSION_2, serial = 'RL-DAP-1') {
    this.options = options;
    this.master = new SwdMaster(() => this.live?.port ?? null, options.ideal);
    this.master.flashUntil = () => this.flashUntil();
    this.master.stalled = () => this.live?.chip.stalledUntil ?? 0;
    const body = {
      ...{ product: PRODUCT, serial },
      resetLine: (low: boolean) => this.pull(low),
    };
    const probe = new Probe(this.master, body, model);
    const { faults, clock } = options;
    const after = (): boolean => this.after();
    this.usb = new ProbeDevice({ model, probe, master: this.master, faults, clock, serial, after });
  }

  get part(): Stm32f0Part | null {
    return this.current;
  }

  get powered(): boolean {
    return this.power;
  }

  get running(): BenchStatus['running'] {
    if (this.live === null) return 'off';
    return this.live.chip.resetLine ? 'silent' : 'firmware';
  }

  insert(part: VirtualPart): void {
    if (!(part instanceof Stm32f0Part)) throw new TypeError('this socket takes an STM32F0');
    this.current = part;
    this.powerUp();
  }

  remove(): void {
    this.current = null;
    this.powerUp();
  }

  setPower(on: boolean): void {
    if (on === this.power) return;
    this.power = on;
    this.powerUp();
  }

  reset(): void {
    this.pull(true);
    this.pull(false);
  }

  /** Nothing but USB leads here. */
  receive(): void {
    this.loseWire();
  }

  loseWire(): void {
    this.usb.reset();
  }

  lifecycle(): ReturnType<SocketChip['lifecycle']> {
    const { live } = this;
    return live === null ? NO_LIFECYCLE : { ...NO_LIFECYCLE, dlm: `RDP${live.chip.level()}` };
  }

  armed(name: string, operand: string | undefined): void {
    const { current } = this;
    if (current === null) return;
    if (name === 'wrong-chip') current.deviceId = Number.parseInt(operand ?? '440', 16);
    if (name === 'wrong-uid') current.shownUid = Uint8Array.from(current.uid, (byte) => byte ^ 1);
    if (name === 'bad-cell') current.flash.setBadCell(Number.parseInt(operand ?? '08000000', 16));
  }

  cleared(): void {
    const { current } = this;
    if (current === null) return;
    current.deviceId = DEVICE_ID;
    current.shownUid = null;
    current.flash.setBadCell(null);
  }

  private pull(low: boolean): void {
    this.resetLow = low;
    if (this.live === null) return;
    // What runs had its time up to now.
    this.live.chip.advance(this.options.clock === null ? this.master.time : nowNs());
    this.live.chip.resetLine = low;
    this.options.onRunning(this.running);
  }

  /** The core goes on beside the line: only it knows what the flash does now. */
  private flashUntil(): number {
    const chip = this.live?.chip;
    if (chip === undefined || this.options.clock === null) return 0;
    chip.advance(this.master.time);
    return chip.flashUntil;
  }

  /** True: the response to the command that was just carried out is lost. */
  private after(): boolean {
    const chip = this.live?.chip;
    if (chip === undefined) return false;
    if (chip.powerFails) this.powerUp();
    const { silent } = chip;
    chip.silent = false;
    return silent;
  }

  private powerUp(): void {
    const { current, options } = this;
    this.live = current === null || !this.power ? null : this.start(current);
    options.onRunning(this.running);
  }

  private start(part: Stm32f0Part): Live {
    const chip = new Stm32f0Chip(part, this.options);
    chip.core.time = this.options.clock === null ? this.master.time : nowNs();
    chip.resetLine = this.resetLow;
    return { chip, port: new SwdPort(chip, this.options.faults) };
  }
}
