import { DFU_CLASS, DFU_SUBCLASS, REQUEST } from '#drivers/protocols/dfu/constants.ts';
import type { UsbAnswer, UsbDescriptors, VirtualUsbDevice } from '../usb/device.ts';
import type { BusTime } from './bus-time.ts';
import type { DfuMachine } from './machine.ts';

/** bmRequestType of a class request to an interface (USB 2.0, table 9-2). */
const TO_DEVICE = 0x21;
const TO_HOST = 0xa1;

export const dfuClass = (protocol: number): [number, number, number] => [DFU_CLASS, DFU_SUBCLASS, protocol];

/** A device on the bus that the chip around it can take off again. */
export interface ChipUsbDevice extends VirtualUsbDevice {
  /** Power is gone, or the part is something else now. */
  stop(): void;
}

/** A part in DFU mode: one interface, endpoint 0 only. */
export class DfuDevice implements ChipUsbDevice {
  readonly speed = 'full';
  readonly descriptors: UsbDescriptors;
  private readonly machine: DfuMachine;
  private readonly time: BusTime;
  private readonly onReset: (machine: DfuMachine) => void;

  /** `onReset`: what a bus reset makes of the part. */
  constructor(
    descriptors: UsbDescriptors,
    machine: DfuMachine,
    time: BusTime,
    onReset: (machine: DfuMachine) => void = () => undefined,
  ) {
    this.descriptors = descriptors;
    this.machine = machine;
    this.time = time;
    this.onReset = onReset;
  }

  async control(setup: Uint8Array, data: Uint8Array): Promise<UsbAnswer> {
    const { type, request, value, length } = fields(setup);
    const inbound = type === TO_HOST;
    if (type !== TO_DEVICE && !inbound) return 'stall';
    const uploads = inbound && request === REQUEST.upload;
    if (!uploads) await this.time.transfer(inbound ? 'in' : 'out', inbound ? length : data.length);
    const answer = await this.machine.request(request, value, data, length);
    if (uploads && answer !== 'stall') await this.time.transfer('in', answer.length);
    return answer;
  }

  write(): Promise<'stall'> {
    return Promise.resolve('stall');
  }

  read(): Promise<'stall'> {
    return Promise.resolve('stall');
  }

  reset(): void {
    this.onReset(this.machine);
  }

  stop(): void {
    this.machine.stop();
  }
}

export function fields(setup: Uint8Array) {
  const view = Buffer.from(setup);
  return {
    type: view.readUInt8(0),
    request: view.readUInt8(1),
    value: view.readUInt16LE(2),
    length: view.readUInt16LE(6),
  };
}
