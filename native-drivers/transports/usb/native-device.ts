import { DriverError } from '#drivers/core/errors.ts';
import type { UsbDevice } from '#drivers/core/link.ts';
import { interfaceOf, type Configuration } from './configuration.ts';
import { Descriptions, GET_DESCRIPTOR } from './descriptions.ts';
import { EndpointTurns } from './endpoint-turns.ts';
import type { Lifeline } from './lifeline.ts';
import { CONTROL_MS, TRANSFER_MS } from './limits.ts';
import { bytesOf, inResult, outResult, type InResult, type OutResult, type Sendable } from './results.ts';
import type { NativeUsbDevice } from './topology.ts';

/** USB 2.0, tables 9-4 and 9-13. */
const GET_STATUS = 0;
const IN_BIT = 0x80;

/** A device of this machine's bus: the package's own, with time-outs of ours and errors with codes. */
export class NativeDevice implements UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly productName: string | null;
  readonly serialNumber: string | null;
  configuration: Configuration | null;
  private readonly descriptions: Descriptions;
  private readonly device: NativeUsbDevice;
  private readonly lifeline: Lifeline;
  private readonly isThere: () => boolean;
  /** Interfaces that were taken from a driver of the kernel's. */
  private readonly taken = new Set<number>();
  private readonly turns = new EndpointTurns();

  private constructor(
    device: NativeUsbDevice,
    descriptions: Descriptions,
    lifeline: Lifeline,
    isThere: () => boolean,
  ) {
    this.device = device;
    this.descriptions = descriptions;
    this.lifeline = lifeline;
    this.isThere = isThere;
    this.vendorId = descriptions.vendorId;
    this.productId = descriptions.productId;
    this.productName = descriptions.productName;
    this.serialNumber = descriptions.serialNumber;
    this.configuration = descriptions.configuration(device.configuration.configurationValue);
  }

  /** The descriptors are read here, as the package leaves out the names of interfaces. */
  static async on(
    device: NativeUsbDevice,
    lifeline: Lifeline,
    isThere: () => boolean,
  ): Promise<NativeDevice> {
    const descriptions = await Descriptions.read((value, index, length) => {
      const setup = { requestType: 'standard', recipient: 'device', request: GET_DESCRIPTOR } as const;
      return device.nativeControlTransferIn({ ...setup, value, index }, CONTROL_MS, length).catch(() => null);
    });
    return new NativeDevice(device, descriptions, lifeline, isThere);
  }

  async selectConfiguration(value: number): Promise<void> {
    await this.ask(() => this.device.selectConfiguration(value));
    this.configuration = this.descriptions.configuration(value);
  }

  /** Takes the interface from the kernel's driver where one has it. */
  async claimInterface(number: number): Promise<void> {
    const iface = interfaceOf(this.configuration, number);
    await this.ask(async () => {
      await this.device.claimInterface(number).catch(async () => {
        await this.device.detachKernelDriver(number);
        this.taken.add(number);
        await this.device.claimInterface(number);
      });
    });
    iface.claimed = true;
  }

  async releaseInterface(number: number): Promise<void> {
    await this.ask(() => this.device.releaseInterface(number));
    interfaceOf(this.configuration, number).claimed = false;
    await this.handBack(number);
  }

  async selectAlternateInterface(number: number, alternateSetting: number): Promise<void> {
    const iface = interfaceOf(this.configuration, number);
    await this.ask(() => this.device.selectAlternateInterface(number, alternateSetting));
    const chosen = iface.alternates.find((one) => one.alternateSetting === alternateSetting);
    iface.alternate = chosen ?? iface.alternate;
  }

  controlTransferIn(setup: USBControlTransferParameters, length: number): Promise<InResult> {
    const act = () => this.device.nativeControlTransferIn(setup, CONTROL_MS, length);
    return this.ask(async () => inResult(await this.orStall(act, CONTROL_MS, null, () => this.answers())));
  }

  controlTransferOut(setup: USBControlTransferParameters, data?: Sendable): Promise<OutResult> {
    const act = () => this.device.nativeControlTransferOut(setup, CONTROL_MS, bytesOf(data));
    return this.ask(async () => outResult(await this.orStall(act, CONTROL_MS, -1, () => this.answers())));
  }

  transferIn(endpoint: number, length: number): Promise<InResult> {
    const act = () => this.device.nativeTransferIn(endpoint, TRANSFER_MS, length);
    const halted = () => this.isHalted(endpoint | IN_BIT);
    const whole = async () => inResult(await this.orStall(act, TRANSFER_MS, null, halted));
    return this.turns.take(endpoint | IN_BIT, () => this.ask(whole));
  }

  transferOut(endpoint: number, data: Sendable): Promise<OutResult> {
    const act = () => this.device.nativeTransferOut(endpoint, TRANSFER_MS, bytesOf(data));
    const halted = () => this.isHalted(endpoint);
    const whole = async () => outResult(await this.orStall(act, TRANSFER_MS, -1, halted));
    return this.turns.take(endpoint, () => this.ask(whole));
  }

  clearHalt(direction: USBDirection, endpoint: number): Promise<void> {
    return this.ask(() => this.device.clearHalt(direction, endpoint));
  }

  /** Claims last, alternates are back at their first. */
  async reset(): Promise<void> {
    await this.ask(() => this.device.reset());
    for (const iface of this.configuration?.interfaces ?? [])
      iface.alternate = iface.alternates[0] ?? iface.alternate;
  }

  /** Releases what is claimed and lets the kernel's drivers have what was theirs. */
  async giveBack(): Promise<void> {
    for (const { claimed, interfaceNumber } of this.configuration?.interfaces ?? [])
      if (claimed) await this.device.releaseInterface(interfaceNumber).catch(() => undefined);
    for (const number of [...this.taken]) await this.handBack(number);
  }

  private async handBack(number: number): Promise<void> {
    // A driver that does not want it back is no failure of ours.
    if (this.taken.delete(number)) await this.device.attachKernelDriver(number).catch(() => undefined);
  }

  /**
   * The package reports a stall like any other failure, without a code. So the device is asked: an endpoint says
   * itself that it is halted; a refused request leaves a device that answers the next one.
   */
  private async orStall<T>(
    act: () => Promise<T>,
    limit: number,
    stalled: T,
    stalls: () => Promise<boolean>,
  ): Promise<T> {
    const start = performance.now();
    try {
      return await act();
    } catch (error) {
      const late = performance.now() - start >= limit;
      if (late || !this.isThere() || !(await stalls())) throw error;
      return stalled;
    }
  }

  /** GET_STATUS of the device (USB 2.0, section 9.4.5). */
  private async answers(): Promise<boolean> {
    return (await this.status('device', 0)) !== null;
  }

  private async isHalted(address: number): Promise<boolean> {
    return ((await this.status('endpoint', address))?.[0] ?? 0) === 1;
  }

  private async status(recipient: 'device' | 'endpoint', index: number): Promise<Uint8Array | null> {
    const setup = { requestType: 'standard', recipient, request: GET_STATUS, value: 0, index } as const;
    return this.device.nativeControlTransferIn(setup, CONTROL_MS, 2).catch(() => null);
  }

  private async ask<T>(act: () => Promise<T>): Promise<T> {
    const { ended } = this.lifeline;
    if (ended !== null) throw ended;
    try {
      return await act();
    } catch (cause) {
      throw this.failure(cause);
    }
  }

  private failure(cause: unknown): DriverError {
    const { ended } = this.lifeline;
    if (ended !== null) return ended;
    if (!this.isThere() || saysGone(cause)) return this.lifeline.gone(cause);
    return new DriverError('no-answer', 'The USB device did not do what it was asked in time.', { cause });
  }
}

/** The system may say so (ENODEV) a moment before the device's name is gone from its place. */
const saysGone = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.includes('device disconnected');
