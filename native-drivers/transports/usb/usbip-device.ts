import { DriverError } from '#drivers/core/errors.ts';
import type { UsbDevice } from '#drivers/core/link.ts';
import { ERRNO, PORT_RESET } from '#drivers/protocols/usbip/constants.ts';
import { interfaceOf, type Configuration, type Interface } from './configuration.ts';
import { Descriptions, GET_DESCRIPTOR } from './descriptions.ts';
import { CONTROL_MS, TRANSFER_MS } from './limits.ts';
import { bytesOf, inResult, outResult, type InResult, type OutResult, type Sendable } from './results.ts';
import type { Answer, UsbIpHost } from './usbip-host.ts';

/** bmRequestType and bRequest: USB 2.0, tables 9-2 to 9-4. */
const TYPES = { standard: 0x00, class: 0x20, vendor: 0x40 } as const;
const RECIPIENTS = { device: 0, interface: 1, endpoint: 2, other: 3 } as const;
const IN_BIT = 0x80;
const CLEAR_FEATURE = 1;
const SET_CONFIGURATION = 9;
const SET_INTERFACE = 11;

/** A device of a USB/IP server in the shapes of WebUSB: what a kernel would do for it is done here. */
export class UsbIpDevice implements UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly productName: string | null;
  readonly serialNumber: string | null;
  configuration: Configuration | null = null;
  private readonly host: UsbIpHost;
  private readonly descriptions: Descriptions;

  private constructor(host: UsbIpHost, descriptions: Descriptions) {
    this.host = host;
    this.descriptions = descriptions;
    this.vendorId = descriptions.vendorId;
    this.productId = descriptions.productId;
    this.productName = descriptions.productName;
    this.serialNumber = descriptions.serialNumber;
  }

  /** Reads the descriptors and selects the first configuration, as a kernel does. */
  static async enumerate(host: UsbIpHost): Promise<UsbIpDevice> {
    const descriptions = await Descriptions.read(async (value, index, length) => {
      const setup = standard({ request: GET_DESCRIPTOR, value, index });
      return movedIn(await control(host, setup, 'in', { length }));
    });
    const device = new UsbIpDevice(host, descriptions);
    await device.selectConfiguration(descriptions.firstValue);
    return device;
  }

  async selectConfiguration(value: number): Promise<void> {
    const chosen = this.descriptions.configuration(value);
    if (chosen === null) throw refused('The device has no such configuration.', { value });
    await this.command({ request: SET_CONFIGURATION, value });
    this.configuration = chosen;
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
    return inResult(movedIn(await control(this.host, setup, 'in', { length })));
  }

  async controlTransferOut(setup: USBControlTransferParameters, data?: Sendable): Promise<OutResult> {
    this.checkRecipient(setup);
    return outResult(movedOut(await control(this.host, setup, 'out', { data: bytesOf(data) })));
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

  /** A standard request without data that must not be refused. */
  private async command(what: Partial<USBControlTransferParameters>): Promise<void> {
    const { status } = await control(this.host, standard(what), 'out', { data: bytesOf(undefined) });
    if (status !== 0)
      throw new DriverError('device-error', 'The USB device refuses a standard request.', {
        context: { request: what.request ?? 0, status },
      });
  }

  private async marked(number: number, claimed: boolean): Promise<void> {
    await Promise.resolve();
    interfaceOf(this.configuration, number).claimed = claimed;
  }

  private claimed(number: number): Interface {
    const found = interfaceOf(this.configuration, number);
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

function control(
  host: UsbIpHost,
  setup: USBControlTransferParameters,
  direction: 'in' | 'out',
  what: { length: number } | { data: Uint8Array },
): Promise<Answer> {
  const length = 'data' in what ? what.data.length : what.length;
  const packet = setupPacket(setup, direction, length);
  return host.transfer({ endpoint: 0, direction, setup: packet, limit: CONTROL_MS, ...what });
}

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

const failed = (status: number): DriverError =>
  new DriverError('device-error', 'A USB transfer failed.', { context: { status } });

const refused = (message: string, context: Record<string, string | number>): DriverError =>
  new DriverError('bad-argument', message, { context });
