import { SerialPort } from 'serialport';
import type { PortInfo } from '../core/host-api.ts';

/**
 * Serial ports of this machine. `location` is the USB topology where the system tells it. A Linux machine without udev
 * (a container) can name no ports: there are none to offer, which is no failure of the drivers.
 */
export async function listPorts(): Promise<PortInfo[]> {
  const ports = await SerialPort.list().catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return ports.map((port) => ({
    path: port.path,
    manufacturer: port.manufacturer ?? null,
    serialNumber: port.serialNumber ?? null,
    vendorId: port.vendorId ?? null,
    productId: port.productId ?? null,
    location: port.locationId ?? port.pnpId ?? null,
    reach: 'bytes',
  }));
}
