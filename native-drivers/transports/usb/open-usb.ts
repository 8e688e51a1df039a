import { DriverError } from '#drivers/core/errors.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { openUsbIp } from './usbip.ts';

/** True for a link's path that is a USB device: `usb:1-2.3` or `usbip://host:port/1-1`. */
export const isUsb = (path: string): boolean => path.startsWith('usb:') || path.startsWith('usbip:');

/** Opens a USB device by its place on the bus. Rejects with `bad-argument`, `port-missing` or `port-busy`. */
export function openUsb(path: string): Promise<UsbPort> {
  if (path.startsWith('usbip:')) return openUsbIp(path);
  return Promise.reject(
    new DriverError('unsupported', 'USB devices cannot be opened yet.', {
      chip: 'untouched',
      context: { path },
    }),
  );
}
