import type { BenchStatus } from '../control/messages.ts';
import type { SocketChip, SocketOptions, VirtualPart } from '../target.ts';
import type { VirtualUsbDevice } from '../usb/device.ts';
import { BusTime } from './bus-time.ts';
import type { ChipUsbDevice } from './device.ts';

/** What runs in a part, and what that is on the bus; `device` null: nothing. */
export interface Running {
  running: BenchStatus['running'];
  device: ChipUsbDevice | null;
}

/** What a running program sees of the chip around it. */
export interface UsbHost<P> {
  readonly part: P;
  readonly faults: SocketOptions['faults'];
  readonly time: BusTime;
  /** After the answer that is under way: the part is something else from then on. */
  become(next: () => Running): void;
  /** After the answer that is under way: the part resets itself. */
  restart(): void;
}

/** What makes a chip family that is a USB device itself. */
export interface UsbModel<P extends VirtualPart> {
  start(mode: 'low' | 'high', host: UsbHost<P>): Running;
  lifecycle(part: P): ReturnType<SocketChip['lifecycle']>;
  /** True: the part has to enumerate anew to show it. */
  armed(part: P, name: string, operand: string | undefined): boolean;
  cleared(part: P): boolean;
}

const OFF: Running = { running: 'off', device: null };
const NO_LIFECYCLE = { dlm: null, protection: null, authentication: null };
const FULL_SPEED = 12_000_000;

/** A socket for chips with a USB device of their own: power, reset, mode pin. The family is in its model. */
export class UsbChip<P extends VirtualPart> implements SocketChip {
  modePin: 'low' | 'high' = 'low';
  temperature = 25;
  readonly discardedBytes = 0;
  private readonly options: SocketOptions;
  private readonly model: UsbModel<P>;
  private current: P | null = null;
  private power = true;
  private now: Running = OFF;

  constructor(options: SocketOptions, model: UsbModel<P>) {
    this.options = options;
    this.model = model;
  }

  get part(): P | null {
    return this.current;
  }

  get usb(): VirtualUsbDevice | null {
    return this.now.device;
  }

  get powered(): boolean {
    return this.power;
  }

  get running(): BenchStatus['running'] {
    return this.now.running;
  }

  get baudRate(): number {
    return this.now.device === null ? 0 : FULL_SPEED;
  }

  insert(part: VirtualPart): void {
    // The target that opened this socket makes its parts.
    this.current = part as P;
    this.reset();
  }

  remove(): void {
    this.current = null;
    this.reset();
  }

  setPower(on: boolean): void {
    if (on === this.power) return;
    this.power = on;
    this.reset();
  }

  reset(): void {
    this.become(this.current === null || !this.power ? () => OFF : this.starting(this.current));
  }

  /** No serial port. */
  receive(): void {
    this.options.discard();
  }

  /** The cable feeds the part: with it goes the power, and what was under way stays half done. */
  loseWire(): void {
    this.reset();
  }

  lifecycle(): ReturnType<SocketChip['lifecycle']> {
    return this.current === null ? NO_LIFECYCLE : this.model.lifecycle(this.current);
  }

  armed(name: string, operand: string | undefined): void {
    if (this.current !== null && this.model.armed(this.current, name, operand)) this.reset();
  }

  cleared(): void {
    if (this.current !== null && this.model.cleared(this.current)) this.reset();
  }

  private starting(part: P): () => Running {
    return () => {
      const device = (): ChipUsbDevice | null => this.now.device;
      // After the answer: the program that asks is still on the stack, and its answer on the way to the bus.
      const later = (act: () => void): void => {
        const asked = device();
        setImmediate(() => {
          if (device() === asked) act();
        });
      };
      return this.model.start(this.modePin, {
        ...{ part, faults: this.options.faults, time: new BusTime(this.options) },
        become: (next) => later(() => this.become(next)),
        restart: () => later(() => this.reset()),
      });
    };
  }

  /** Off the bus first, also where the next device is the same: it enumerates anew. */
  private become(next: () => Running): void {
    this.now.device?.stop();
    if (this.now.device !== null) {
      this.now = OFF;
      this.options.usbChanged();
    }
    this.now = next();
    this.options.onRunning(this.now.running);
    if (this.now.device !== null) this.options.usbChanged();
  }
}
