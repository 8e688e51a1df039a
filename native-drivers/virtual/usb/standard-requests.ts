import { DESCRIPTOR, le16 } from './descriptors.ts';
import type { UsbAnswer, VirtualUsbDevice } from './device.ts';
import { interfacesOf } from './interfaces.ts';

/** bRequest of the standard requests (USB 2.0, table 9-4). */
const REQUEST = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;
/** Table 9-6. */
const ENDPOINT_HALT = 0;
const RECIPIENT_BITS = 0x1f;
const ENDPOINT = 2;
const US_ENGLISH = 0x0409;
const NOTHING = new Uint8Array(0);
/**
 * Linux asks for 64 bytes of an 18-byte descriptor as its first question after a bus reset, and never else
 * (drivers/usb/core/hub.c, hub_port_init); its virtual controller tells a USB/IP server of a reset in no other way.
 */
const AFTER_RESET_LENGTH = 64;

interface Setup {
  type: number;
  request: number;
  value: number;
  index: number;
  length: number;
}

/** The part of a device that is the same in all: its answers to the standard requests, from its descriptors. */
export class StandardRequests {
  private readonly device: VirtualUsbDevice;
  private readonly halted = new Set<number>();
  private readonly alternates = new Map<number, number>();
  private configuration = 0;

  constructor(device: VirtualUsbDevice) {
    this.device = device;
  }

  /** By address with its direction: until CLEAR_FEATURE a stalled bulk endpoint stalls (section 8.5.3.4, 9.4.5). */
  isHalted(address: number): boolean {
    return this.halted.has(address);
  }

  halt(address: number): void {
    this.halted.add(address);
  }

  reset(): void {
    this.configuration = 0;
    this.halted.clear();
    this.alternates.clear();
    this.device.reset();
  }

  answer(bytes: Uint8Array): UsbAnswer {
    const setup = setupOf(bytes);
    const { request, value, index } = setup;
    if (request === REQUEST.getDescriptor) return this.descriptor(setup);
    if (request === REQUEST.getStatus) return this.status(setup);
    if (request === REQUEST.clearFeature) return this.clearFeature(setup);
    if (request === REQUEST.setFeature) return NOTHING;
    if (request === REQUEST.getConfiguration) return Uint8Array.of(this.configuration);
    if (request === REQUEST.setConfiguration) return this.configure(value);
    if (request === REQUEST.getInterface) return Uint8Array.of(this.alternates.get(index) ?? 0);
    return request === REQUEST.setInterface ? this.select(index, value) : 'stall';
  }

  private descriptor({ value, length }: Setup): UsbAnswer {
    const { descriptors } = this.device;
    const [type, index] = [value >> 8, value & 0xff];
    if (type === DESCRIPTOR.device) {
      if (length === AFTER_RESET_LENGTH && this.configuration !== 0) this.reset();
      return descriptors.device.subarray(0, length);
    }
    // Device qualifier and BOS: a device of USB 2.0 without them stalls (section 9.6.2; USB 3.2, section 9.6.2).
    const found =
      type === DESCRIPTOR.configuration
        ? descriptors.configurations[index]
        : type === DESCRIPTOR.string && stringDescriptor(descriptors.strings, index);
    return found ? found.subarray(0, length) : 'stall';
  }

  /** Neither self-powered nor able to wake its host (section 9.4.5). */
  private status({ type, index }: Setup): UsbAnswer {
    const halted = (type & RECIPIENT_BITS) === ENDPOINT && this.halted.has(index & 0xff);
    return Uint8Array.of(halted ? 1 : 0, 0);
  }

  private clearFeature({ type, value, index }: Setup): UsbAnswer {
    if ((type & RECIPIENT_BITS) === ENDPOINT && value === ENDPOINT_HALT) this.halted.delete(index & 0xff);
    return NOTHING;
  }

  private configure(value: number): UsbAnswer {
    const chosen = this.device.descriptors.configurations.find((bytes) => bytes[5] === value);
    if (chosen === undefined && value !== 0) return 'stall';
    this.configuration = value;
    this.halted.clear();
    this.alternates.clear();
    for (const { number } of interfacesOf(chosen)) this.device.selected?.(value, number, 0);
    return NOTHING;
  }

  private select(iface: number, alternate: number): UsbAnswer {
    const chosen = this.device.descriptors.configurations.find((bytes) => bytes[5] === this.configuration);
    const known = interfacesOf(chosen).find(({ number }) => number === iface);
    if (!known?.alternates.includes(alternate)) return 'stall';
    this.alternates.set(iface, alternate);
    this.device.selected?.(this.configuration, iface, alternate);
    return NOTHING;
  }
}

/** Neither class nor vendor (section 9.3, table 9-2: bits 6 and 5 of bmRequestType). */
export const isStandard = (setup: Uint8Array): boolean => ((setup[0] ?? 0) & 0x60) === 0;

function setupOf(bytes: Uint8Array): Setup {
  const view = Buffer.from(bytes);
  return {
    type: view.readUInt8(0),
    request: view.readUInt8(1),
    value: view.readUInt16LE(2),
    index: view.readUInt16LE(4),
    length: view.readUInt16LE(6),
  };
}

/** Index 0: the languages (section 9.6.7). */
function stringDescriptor(strings: readonly string[], index: number): Uint8Array | null {
  if (index === 0) return Uint8Array.of(4, DESCRIPTOR.string, ...le16(US_ENGLISH));
  const text = strings[index - 1];
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'utf16le');
  return Buffer.concat([Uint8Array.of(bytes.length + 2, DESCRIPTOR.string), bytes]);
}
