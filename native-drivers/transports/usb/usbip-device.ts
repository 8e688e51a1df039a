import { DriverError } from '#drivers/core/errors.ts';
import type { UsbDevice } from '#drivers/core/link.ts';
import { ERRNO, PORT_RESET } from '#drivers/protocols/usbip/constants.ts';
import { parseConfiguration, type Configuration, type Interface } from './configuration.ts';
import { CONTROL_MS, TRANSFER_MS } from './limits.ts';
import { bytesOf, inResult, outResult, type InResult, type OutResult, type Sendable } from './results.ts';
import type { Answer, UsbIpHost } from './usbip-host.ts';

/** bmRequestType and bRequest: USB 2.0, tables 9-2 to 9-4. */
const TYPES = { standard: 0x00, class: 0x20, vendor: 0x40 } as const;
const RECIPIENTS = { device: 0, interface: 1, endpoint: 2, other: 3 } as const;
const IN_BIT = 0x80;
const CLEAR_FEATURE = 1;
const GET_DESCRIPTOR = 6;
const SET_CONFIGURATION = 9;
const SET_INTERFACE = 11;
const DESCRIPTOR = { device: 1, configuration: 2, string: 3 } as const;
const US_ENGLISH = 0x0409;
const NOTHING = new Uint8Array(0);

/** A device of a USB/IP server in the shapes of WebUSB: what a kernel would do for it is done here. */
export class UsbIpDevice implements UsbDevice {
  vendorId = 0;
  productId = 0;
  productName: string | null = null;
  serialNumber: string | null = null;
  configuration: Configuration | null = null;
  private readonly host: UsbIpHost;
  private readonly strings = new Map<number, string>();
  private configurations: Uint8Array[] = [];

  private constructor(host: UsbIpHost) {
    this.host = host;
  }

  /** Reads the descriptors and selects the first configuration, as a kernel does. */
  static async enumerate(host: UsbIpHost): Promise<UsbIpDevice> {
    const device = new UsbIpDevice(host);
    const bytes = Buffer.from(await device.descriptor(DESCRIPTOR.device, 0, 18));
    device.vendorId = bytes.readUInt16LE(8);
    device.productId = bytes.readUInt16LE(10);
    for (let index = 0; index < bytes.readUInt8(17); index += 1)
      device.configurations.push(await device.wholeConfiguration(index));
    device.productName = await device.string(bytes.readUInt8(15));
    device.serialNumber = await device.string(bytes.readUInt8(16));
    await device.selectConfiguration(device.configurations[0]?.[5] ?? 1);
    return device;
  }

  async selectConfiguration(value: number): Promise<void> {
    const bytes = this.configurations.find((one) => one[5] === value);
    if (bytes === undefined) throw refused('The device has no such configuration.', { value });
    await this.command({ request: SET_CONFIGURATION, value });
    for (const index of nameIndices(bytes)) await this.string(index);
    this.configuration = parseConfiguration(bytes, (index) => this.strings.get(index) ?? null);
  }

  claimInterface(number: number): Promise<void> {
    return this.marked(number, true);
  }

  releaseInterface(number: number): Promise<void> {
    return this.marked(number, false);
  }

  async selectAlternateInterface(number: number, alternateSetting: number): Promise<void> {
    const iface = this.claimed(number);
    const alternate = iface.alternates.find((one) => one.alternateSetting === alternateSetting);
    if (alternate === undefined)
      throw refused('The interface has no such alternate.', { number, alternateSetting });
    await this.command({
      ...{ recipient: 'interface', request: SET_INTERFACE, value: alternateSetting, index: number },
    });
    iface.alternate = alternate;
  }

  async controlTransferIn(setup: USBControlTransferParameters, length: number): Promise<InResult> {
    this.checkRecipient(setup);
    return inResult(movedIn(await this.control(setup, 'in', length)));
  }

  async controlTransferOut(setup: USBControlTransferParameters, data?: Sendable): Promise<OutResult> {
    this.checkRecipient(setup);
    return outResult(movedOut(await this.control(setup, 'out', bytesOf(data))));
  }

  async transferIn(endpoint: number, length: number): Promise<InResult> {
    this.checkEndpoint(endpoint, 'in');
    const done = await this.host.transfer({ endpoint, direction: 'in', length, limit: TRANSFER_MS });
    return inResult(movedIn(done));
  }

  async transferOut(endpoint: number, data: Sendable): Promise<OutResult> {
    this.checkEndpoint(endpoint, 'out');
    const transfer = { endpoint, direction: 'out', data: bytesOf(data), limit: TRANSFER_MS } as const;
    return outResult(movedOut(await this.host.transfer(transfer)));
  }

  async clearHalt(direction: USBDirection, endpoint: number): Promise<void> {
    this.checkEndpoint(endpoint, direction);
    const index = direction === 'in' ? endpoint | IN_BIT : endpoint;
    await this.command({ recipient: 'endpoint', request: CLEAR_FEATURE, value: 0, index });
  }

  /** Claims last, alternates are back at 0. Rejects with `port-gone` where the device comes back as another. */
  async reset(): Promise<void> {
    const claims = this.configuration?.interfaces.filter(({ claimed }) => claimed) ?? [];
    await this.host.transfer({ endpoint: 0, direction: 'out', setup: PORT_RESET, limit: CONTROL_MS });
    await this.selectConfiguration(this.configuration?.configurationValue ?? 1);
    for (const { interfaceNumber } of claims) await this.claimInterface(interfaceNumber);
  }

  private async wholeConfiguration(index: number): Promise<Uint8Array> {
    const head = Buffer.from(await this.descriptor(DESCRIPTOR.configuration, index, 9));
    return this.descriptor(DESCRIPTOR.configuration, index, head.readUInt16LE(2));
  }

  private async descriptor(type: number, index: number, length: number): Promise<Uint8Array> {
    const setup = standard({ request: GET_DESCRIPTOR, value: (type << 8) | index });
    const { status, bytes } = await this.control(setup, 'in', length);
    if (status !== 0 || bytes.length !== length)
      throw new DriverError('device-error', 'The USB device does not say what it is.', {
        context: { type, status },
      });
    return bytes;
  }

  /** Null for index 0 and for one that the device does not tell. */
  private async string(index: number): Promise<string | null> {
    const known = this.strings.get(index);
    if (index === 0 || known !== undefined) return known ?? null;
    const value = (DESCRIPTOR.string << 8) | index;
    const setup = standard({ request: GET_DESCRIPTOR, value, index: US_ENGLISH });
    const { status, bytes } = await this.control(setup, 'in', 255);
    if (status !== 0) return null;
    const text = Buffer.from(bytes.subarray(2, bytes[0])).toString('utf16le');
    this.strings.set(index, text);
    return text;
  }

  private control(setup: USBControlTransferParameters, direction: 'in', length: number): Promise<Answer>;
  private control(setup: USBControlTransferParameters, direction: 'out', data: Uint8Array): Promise<Answer>;
  private control(
    setup: USBControlTransferParameters,
    direction: 'in' | 'out',
    what: number | Uint8Array,
  ): Promise<Answer> {
    const length = typeof what === 'number' ? what : what.length;
    const transfer = {
      endpoint: 0,
      direction,
      setup: setupPacket(setup, direction, length),
      limit: CONTROL_MS,
    };
    return this.host.transfer({ ...transfer, ...(typeof what === 'number' ? { length } : { data: what }) });
  }

  /** A standard request without data that must not be refused. */
  private async command(what: Partial<USBControlTransferParameters>): Promise<void> {
    const { status } = await this.control(standard(what), 'out', NOTHING);
    if (status !== 0)
      throw new DriverError('device-error', 'The USB device refuses a standard request.', {
        context: { request: what.request ?? 0, status },
      });
  }

  private async marked(number: number, claimed: boolean): Promise<void> {
    await Promise.resolve();
    this.interface(number).claimed = claimed;
  }

  private interface(number: number): Interface {
    const found = this.configuration?.interfaces.find(({ interfaceNumber }) => interfaceNumber === number);
    if (found === undefined) throw refused('The device has no such interface.', { number });
    return found;
  }

  private claimed(number: number): Interface {
    const found = this.interface(number);
    if (!found.claimed) throw refused('The interface is not claimed.', { number });
    return found;
  }

  private checkRecipient({ recipient, index }: USBControlTransferParameters): void {
    if (recipient === 'interface') this.claimed(index & 0xff);
  }

  private checkEndpoint(endpoint: number, direction: USBDirection): void {
    const found = this.configuration?.interfaces.some(
      ({ claimed, alternate }) =>
        claimed &&
        alternate.endpoints.some((one) => one.endpointNumber === endpoint && one.direction === direction),
    );
    if (found !== true) throw refused('No claimed interface has this endpoint.', { endpoint, direction });
  }
}

const standard = (what: Partial<USBControlTransferParameters>): USBControlTransferParameters => ({
  ...{ requestType: 'standard', recipient: 'device', request: 0, value: 0, index: 0 },
  ...what,
});

/** USB 2.0, table 9-2. */
function setupPacket(
  setup: USBControlTransferParameters,
  direction: 'in' | 'out',
  length: number,
): Uint8Array {
  const type = TYPES[setup.requestType] | RECIPIENTS[setup.recipient] | (direction === 'in' ? IN_BIT : 0);
  const bytes = Buffer.from([type, setup.request, 0, 0, 0, 0, 0, 0]);
  bytes.writeUInt16LE(setup.value, 2);
  bytes.writeUInt16LE(setup.index, 4);
  bytes.writeUInt16LE(length, 6);
  return bytes;
}

/** What moved; null or -1 for a stall, as the results take it. */
function movedIn({ status, bytes }: Answer): Uint8Array | null {
  if (status !== 0 && status !== ERRNO.stall) throw failed(status);
  return status === 0 ? bytes : null;
}

function movedOut({ status, length }: Answer): number {
  if (status !== 0 && status !== ERRNO.stall) throw failed(status);
  return status === 0 ? length : -1;
}

/** iConfiguration and each iInterface. */
function nameIndices(bytes: Uint8Array): Set<number> {
  const found = new Set([bytes[6] ?? 0]);
  parseConfiguration(bytes, (index) => {
    found.add(index);
    return null;
  });
  return found;
}

const failed = (status: number): DriverError =>
  new DriverError('device-error', 'A USB transfer failed.', { context: { status } });

const refused = (message: string, context: Record<string, string | number>): DriverError =>
  new DriverError('bad-argument', message, { context });
