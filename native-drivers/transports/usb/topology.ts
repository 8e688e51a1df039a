import { readFileSync } from 'node:fs';
import type { UsbDevice } from '#drivers/core/link.ts';

const SCHEME = 'usb:';
const SYSFS = '/sys/bus/usb/devices';

/** What the `usb` package shows of a device beyond WebUSB. */
export interface NativeUsbDevice extends Omit<UsbDevice, 'configuration'> {
  readonly configuration: USBConfiguration;
  /** Linux: the bus as three digits, `001`. */
  readonly bus: string;
  /** The device's number on its bus, new at each plugging. */
  readonly address: number;
  /** Port numbers from the root hub on; none for a root hub. */
  readonly ports: readonly number[];
  readonly deviceClass: number;
  readonly manufacturerName: string | null;
  /** Tells one plugging of one device from every other. */
  readonly handle: string;
  open(): Promise<void>;
  close(): Promise<void>;
  detachKernelDriver(iface: number): Promise<void>;
  attachKernelDriver(iface: number): Promise<void>;
  nativeControlTransferIn(
    setup: USBControlTransferParameters,
    timeout: number,
    length: number,
  ): Promise<Uint8Array | null>;
  nativeControlTransferOut(
    setup: USBControlTransferParameters,
    timeout: number,
    data?: Uint8Array,
  ): Promise<number>;
  nativeTransferIn(endpoint: number, timeout: number, length: number): Promise<Uint8Array | null>;
  nativeTransferOut(endpoint: number, timeout: number, data: Uint8Array): Promise<number>;
}

type Place = Pick<NativeUsbDevice, 'bus' | 'ports'>;

/** Bus and port path, as sysfs names it: `1-2.3`. Null for a root hub, which is in no port. */
export function locationOf({ bus, ports }: Place): string | null {
  const name = /^\d+$/.test(bus) ? String(Number(bus)) : bus;
  return ports.length === 0 ? null : `${name}-${ports.join('.')}`;
}

/** The location in a link's path: `usb:1-2.3` -> `1-2.3`. */
export const locationIn = (path: string): string => path.slice(SCHEME.length);

export const usbPath = (location: string): string => `${SCHEME}${location}`;

/**
 * On Linux: is the device that had this number still on that port? While the bus is reset it has number 0, which is no
 * device's own (USB 2.0, section 9.1.1.3; kernel, drivers/usb/core/hub.c, hub_port_reset and hub_set_address).
 */
export function isDeviceAt(location: string, address: number, devices = SYSFS): boolean {
  const number = deviceNumberAt(location, devices);
  return number === address || number === 0;
}

function deviceNumberAt(location: string, devices: string): number | null {
  try {
    return Number(readFileSync(`${devices}/${location}/devnum`, 'utf8'));
  } catch (error) {
    // No such folder, or it vanished between its opening and its reading.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
