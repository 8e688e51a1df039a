import type { PortInfo } from '#drivers/core/host-api.ts';
import { nativeDevices } from './native-usb.ts';
import { locationOf, usbPath } from './topology.ts';

/** bDeviceClass of a hub (USB 2.0, section 11.23.1). */
const HUB = 9;

/** USB devices of this machine that a site may be bound to: all but hubs, serial adapters among them. */
export async function listUsbDevices(): Promise<PortInfo[]> {
  return (await nativeDevices()).flatMap((device) => {
    const location = locationOf(device);
    if (location === null || device.deviceClass === HUB) return [];
    const names = [device.manufacturerName, device.productName].filter((name) => name !== null);
    return {
      ...{ path: usbPath(location), location, serialNumber: device.serialNumber },
      manufacturer: names.length === 0 ? null : names.join(' '),
      vendorId: hex(device.vendorId),
      productId: hex(device.productId),
      reach: 'usb',
    };
  });
}

const hex = (id: number): string => id.toString(16).padStart(4, '0');
