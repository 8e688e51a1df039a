import type { PortInfo } from '#drivers/core/host-api.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { openUsbIp } from './usbip.ts';

/** True for a link's path that is a USB device: `usb:1-2.3` or `usbip://host:port/1-1`. */
export const isUsb = (path: string): boolean => path.startsWith('usb:') || path.startsWith('usbip:');

/** Opens a USB device by its place on the bus. Rejects with `bad-argument`, `port-missing` or `port-busy`. */
export async function openUsb(path: string): Promise<UsbPort> {
  if (path.startsWith('usbip:')) return openUsbIp(path);
  // The package brings native code, which a station without such targets does not load.
  const { openNativeUsb } = await import('./native-usb.ts');
  return openNativeUsb(path);
}

/** USB devices of this machine by their place on the bus, without hubs. */
export async function listUsb(): Promise<PortInfo[]> {
  const { listUsbDevices } = await import('./list-usb.ts');
  return listUsbDevices();
}
