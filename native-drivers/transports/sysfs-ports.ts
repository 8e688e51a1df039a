import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PortInfo } from '../core/host-api.ts';

/** Where Linux shows its devices; another root in tests. */
export interface SystemRoots {
  sys: string;
  dev: string;
}
export const SYSTEM: SystemRoots = { sys: '/sys', dev: '/dev' };

/** An interface of a USB device: bus, ports, configuration and interface (kernel, Documentation/ABI/stable/sysfs-bus-usb). */
const INTERFACE = /^\d+-\d+(\.\d+)*:\d+\.\d+$/;
/** `type` of a serial port that the kernel has a name for and no hardware (include/uapi/linux/serial.h, PORT_UNKNOWN). */
const NO_HARDWARE = '0';

/** Serial ports as sysfs has them: no udev is asked, so that a container tells the same. */
export function sysfsPorts(roots: SystemRoots): PortInfo[] {
  return namesIn(join(roots.sys, 'class/tty')).flatMap((name) => portOf(roots, name) ?? []);
}

/** Changes whenever a device comes or goes: names only, cheap enough to be looked at often. */
export function sysfsNames({ sys }: SystemRoots): string {
  return [join(sys, 'class/tty'), join(sys, 'bus/usb/devices')]
    .map((folder) => namesIn(folder).join(' '))
    .join('\n');
}

export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function portOf({ sys, dev }: SystemRoots, name: string): PortInfo | null {
  const entry = join(sys, 'class/tty', name);
  const device = follow(join(entry, 'device'));
  const path = join(dev, name);
  // Consoles and pseudo-terminals have no device.
  if (device === null || attribute(entry, 'type') === NO_HARDWARE || !existsSync(path)) return null;
  const usb = usbInterfaceOf(device);
  const bare = { path, reach: 'bytes', manufacturer: null, serialNumber: null } as const;
  if (usb === null) return { ...bare, vendorId: null, productId: null, location: null };
  return { ...bare, ...identityOf(dirname(usb)), location: `${basename(usb)}${portNumber(device)}` };
}

type Identity = Pick<PortInfo, 'manufacturer' | 'serialNumber' | 'vendorId' | 'productId'>;

/** What the descriptors of a USB device say of it. */
export function identityOf(folder: string): Identity {
  const names = [attribute(folder, 'manufacturer'), attribute(folder, 'product')].filter(
    (one) => one !== null,
  );
  return {
    manufacturer: names.length === 0 ? null : names.join(' '),
    serialNumber: attribute(folder, 'serial'),
    vendorId: attribute(folder, 'idVendor'),
    productId: attribute(folder, 'idProduct'),
  };
}

/** Several ports behind one interface are numbered from 0 by the kernel; the first goes without. */
function portNumber(device: string): string {
  const number = attribute(device, 'port_number');
  return number === null || number === '0' ? '' : `#${number}`;
}

function usbInterfaceOf(device: string): string | null {
  for (let at = device; at !== dirname(at); at = dirname(at)) if (INTERFACE.test(basename(at))) return at;
  return null;
}

/** A device may vanish between its listing and its reading. */
function follow(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Null where it is not there, or empty. */
export function attribute(folder: string, name: string): string | null {
  try {
    const text = readFileSync(join(folder, name), 'utf8').trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}
