import type { FaultSet } from '../faults.ts';
import { descriptor, le16, usbDescriptors, type InterfacePlan } from '../usb/descriptors.ts';
import type { UsbAnswer, VirtualUsbDevice } from '../usb/device.ts';
import { nowNs, type DeadlineClock } from '../wire/deadline-clock.ts';
import type { Probe, ProbeModel } from './probe.ts';
import type { SwdMaster } from './swd-master.ts';

/** pid.codes' id for tests. */
const VENDOR_ID = 0x1209;
const PRODUCT_ID = 0x0001;
export const PRODUCT = 'Rootline CMSIS-DAP';
const OUT = 1;
/** HID 1.11, section 6.2.1: one report descriptor, whose text no host here asks for. */
const HID_DESCRIPTOR = descriptor(0x21, ...le16(0x0111), 0, 1, 0x22, ...le16(33));

export interface ProbeParts {
  model: ProbeModel;
  probe: Probe;
  master: SwdMaster;
  faults: FaultSet;
  /** Null: nothing is paced. */
  clock: DeadlineClock | null;
  serial: string;
  /** After each command; true: its response is lost. */
  after(): boolean;
}

/** The probe on USB: CMSIS-DAP of version 2, a bulk endpoint for commands and one for responses, in this order. */
export class ProbeDevice implements VirtualUsbDevice {
  readonly speed: 'high' | 'full';
  readonly descriptors;
  private readonly parts: ProbeParts;
  private readonly responses: Uint8Array[] = [];
  private readonly waiting: (() => void)[] = [];
  /** Commands that are taken and not answered. */
  private taken = 0;
  private roomFor: (() => void)[] = [];
  private work: Promise<void> = Promise.resolve();
  private epoch = 0;

  constructor(parts: ProbeParts) {
    this.parts = parts;
    const { model, serial } = parts;
    this.speed = model.version === 2 ? 'high' : 'full';
    this.descriptors = usbDescriptors({
      ...{ vendorId: VENDOR_ID, productId: PRODUCT_ID, manufacturer: 'Rootline', product: PRODUCT, serial },
      configurations: [{ interfaces: [interfaceOf(model)] }],
    });
  }

  control(): Promise<UsbAnswer> {
    return Promise.resolve('stall');
  }

  /** Waits while the probe has all its buffers full, as a device that answers NAK. */
  async write(_endpoint: number, bytes: Uint8Array): Promise<number> {
    while (this.taken >= this.parts.model.packetCount)
      await new Promise<void>((resolve) => this.roomFor.push(resolve));
    this.taken += 1;
    const arrived = nowNs();
    const { epoch } = this;
    this.work = this.work.then(() => (epoch === this.epoch ? this.execute(bytes, arrived) : undefined));
    return bytes.length;
  }

  async read(_endpoint: number, length: number, signal: AbortSignal): Promise<UsbAnswer> {
    while (this.responses.length === 0) await this.next(signal);
    this.release();
    return (this.responses.shift() ?? new Uint8Array(0)).subarray(0, length);
  }

  reset(): void {
    this.epoch += 1;
    this.responses.length = 0;
    this.taken = 0;
    this.letIn();
  }

  private async execute(bytes: Uint8Array, arrived: number): Promise<void> {
    const { probe, master, clock, faults } = this.parts;
    if (clock !== null) master.time = Math.max(master.time, arrived);
    const response = probe.execute(bytes);
    const lost = this.parts.after() || faults.take('drop-answer', bytes[0]) !== null;
    const delay = faults.take('delay', bytes[0]);
    if (delay !== null) master.time += Number(delay[0] ?? 0) * 1e6;
    if (clock !== null && master.time > nowNs()) await clock.until(master.time);
    if (lost) this.release();
    else this.respond(faults.take('garbage', bytes[0]) === null ? response : Uint8Array.of(0xa5, 0x00));
  }

  private respond(response: Uint8Array): void {
    const { version, packetBytes } = this.parts.model;
    const report = new Uint8Array(version === 1 ? packetBytes : response.length);
    report.set(response);
    this.responses.push(report);
    this.waiting.shift()?.();
  }

  private release(): void {
    this.taken = Math.max(0, this.taken - 1);
    this.letIn();
  }

  private letIn(): void {
    const waiting = this.roomFor;
    this.roomFor = [];
    for (const resolve of waiting) resolve();
  }

  private next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abort = (): void => {
        this.waiting.splice(this.waiting.indexOf(wake), 1);
        reject(signal.reason as Error);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.push(wake);
    });
  }
}

function interfaceOf({ version, packetBytes }: ProbeModel): InterfacePlan {
  const type = version === 2 ? ('bulk' as const) : ('interrupt' as const);
  const interval = version === 2 ? 0 : 1;
  return {
    ...{ number: 0, class: version === 2 ? [0xff, 0, 0] : [0x03, 0, 0], name: `${PRODUCT} v${version}` },
    ...(version === 1 ? { extra: [HID_DESCRIPTOR] } : {}),
    endpoints: [
      { address: OUT, type, maxPacket: packetBytes, interval },
      { address: 0x82, type, maxPacket: packetBytes, interval },
    ],
  };
}
