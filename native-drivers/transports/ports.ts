import { SerialPort } from 'serialport';
import type { PortInfo } from '../core/host-api.ts';

/** Serial ports of this machine. `location` is the USB topology where the system tells it. */
export async function listPorts(): Promise<PortInfo[]> {
  const ports = await SerialPort.list();
  return ports.map((port) => ({
    path: port.path,
    manufacturer: port.manufacturer ?? null,
    serialNumber: port.serialNumber ?? null,
    vendorId: port.vendorId ?? null,
    productId: port.productId ?? null,
    location: port.locationId ?? port.pnpId ?? null,
  }));
}
