import { SerialChip } from '../chip/serial-chip.ts';
import { stm32Model } from '../stm32f4/target.ts';
import type { BenchStatus } from '../control/messages.ts';
import type { SocketChip, SocketOptions, VirtualPart } from '../target.ts';
import type { VirtualUsbDevice } from '../usb/device.ts';
import { nowNs } from '../wire/deadline-clock.ts';
import { wireNs } from '../wire/ideal-clock.ts';
import { CdcAdapter } from './adapter.ts';
import type { Wiring } from './wiring.ts';

const BITS_8E1 = 11;

/** A socket with an STM32F4 behind a USB serial adapter: the adapter is on the bus whether a part is in or not. */
export class CdcSocket implements SocketChip {
  readonly usb: VirtualUsbDevice;
  private readonly adapter: CdcAdapter;
  private readonly chip: SerialChip<VirtualPart>;
  private readonly options: SocketOptions;
  private readonly wiring: Wiring;
  private power = true;
  private held = false;
  /** Ideal time at which the adapter's last byte is on the wire, ns. */
  private freeAt = 0;

  constructor(options: SocketOptions, wiring: Wiring, serial: string) {
    this.options = options;
    this.wiring = wiring;
    const adapter = new CdcAdapter(serial, {
      send: (bytes) => this.send(bytes),
      lines: (lines) => this.drive(lines),
      lost: (bytes) => (this.chip.discardedBytes += bytes),
    });
    this.adapter = adapter;
    this.usb = adapter;
    this.chip = new SerialChip(
      {
        ...options,
        transmit: (bytes) => adapter.hear(bytes),
        discard: () => adapter.discard(),
        lineRate: () => adapter.coding.rate,
      },
      stm32Model,
    );
  }

  get part(): VirtualPart | null {
    return this.chip.part;
  }

  get powered(): boolean {
    return this.power;
  }

  get running(): BenchStatus['running'] {
    return this.chip.running;
  }

  get baudRate(): number {
    return this.chip.baudRate;
  }

  get discardedBytes(): number {
    return this.chip.discardedBytes;
  }

  get modePin(): 'low' | 'high' {
    return this.chip.modePin;
  }

  set modePin(level: 'low' | 'high') {
    this.chip.modePin = level;
  }

  get temperature(): number {
    return this.chip.temperature;
  }

  set temperature(degrees: number) {
    this.chip.temperature = degrees;
  }

  insert(part: VirtualPart): void {
    this.chip.insert(part);
    this.adapter.present(true);
  }

  remove(): void {
    this.chip.remove();
    this.adapter.present(false);
  }

  setPower(on: boolean): void {
    this.power = on;
    this.chip.setPower(on && !this.held);
  }

  reset(): void {
    this.chip.reset();
  }

  /** Nothing comes but over USB. */
  receive(): void {}

  /** The adapter lives from the bus: without it, its lines drive nothing. */
  loseWire(): void {
    this.chip.loseWire();
    this.adapter.reset();
  }

  lifecycle(): ReturnType<SocketChip['lifecycle']> {
    return this.chip.lifecycle();
  }

  armed(name: string, operand: string | undefined): void {
    this.chip.armed(name, operand);
  }

  cleared(): void {
    this.chip.cleared();
  }

  /** The adapter takes the next bytes when these are on the wire. */
  private async send(bytes: Uint8Array): Promise<void> {
    const { clock } = this.options;
    this.chip.receive(bytes);
    if (clock === null) return;
    const { rate } = this.adapter.coding;
    this.freeAt = Math.max(this.freeAt, nowNs()) + wireNs(bytes.length, rate, BITS_8E1);
    await clock.until(this.freeAt);
  }

  /** Whoever drives the mode pin last has it: these lines, or the bench's own control. */
  private drive(lines: { dtr: boolean; rts: boolean }): void {
    const { reset, boot } = this.wiring(lines);
    this.chip.modePin = boot ? 'low' : 'high';
    this.held = reset;
    this.chip.setPower(this.power && !reset);
  }
}
