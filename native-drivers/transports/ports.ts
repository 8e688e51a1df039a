import { SerialPort } from 'serialport';
import type { PortInfo } from '../core/host-api.ts';
import { SYSTEM, sysfsPorts, type SystemRoots } from './sysfs-ports.ts';

/** Serial ports of this machine, each with its place on the USB where it has one. */
export async function listPorts(roots: SystemRoots = SYSTEM): Promise<PortInfo[]> {
  if (process.platform === 'linux') return sysfsPorts(roots);
  const ports = await SerialPort.list();
  return ports.map((port) => ({
    path: port.path,
    manufacturer: port.manufacturer ?? null,
    serialNumber: port.serialNumber ?? null,
    vendorId: port.vendorId?.toLowerCase() ?? null,
    productId: port.productId?.toLowerCase() ?? null,
    location: port.locationId ?? null,
    reach: 'bytes',
  }));
}
