import { join } from 'node:path';
import type { PortInfo } from '../core/host-api.ts';
import { attribute, identityOf, namesIn, type SystemRoots } from './sysfs-ports.ts';
import { usbPath } from './usb/topology.ts';

/** A device in a port of a hub (kernel, Documentation/ABI/stable/sysfs-bus-usb); root hubs are `usb1`. */
const DEVICE = /^\d+-\d+(\.\d+)*$/;
const DEVICES = 'bus/usb/devices';
/** bInterfaceClass of both halves of a CDC adapter (USB CDC 1.2, tables 11 and 18). */
const CDC = new Set(['02', '0a']);

/** USB devices as sysfs has them, hubs too: nothing is asked of a device, which may be at work. */
export function sysfsUsb({ sys }: SystemRoots): PortInfo[] {
  const devices = join(sys, DEVICES);
  return namesIn(devices)
    .filter((name) => DEVICE.test(name))
    .map((location) => ({
      ...{ path: usbPath(location), location, reach: 'usb' },
      ...identityOf(join(devices, location)),
    }));
}

/** Has the device an interface that is no serial port's: a probe that brings a console, say? */
export function isMoreThanSerial(
  { sys }: SystemRoots,
  location: string,
  serial: readonly PortInfo[],
): boolean {
  const devices = join(sys, DEVICES);
  const taken = new Set(serial.map((port) => port.location?.split('#')[0]));
  const isFree = (name: string): boolean =>
    !taken.has(name) && !CDC.has(attribute(join(devices, name), 'bInterfaceClass') ?? '');
  return namesIn(devices).some((name) => name.startsWith(`${location}:`) && isFree(name));
}
