import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SPEED } from '#drivers/protocols/usbip/constants.ts';
import type { DeviceRecord } from '#drivers/protocols/usbip/messages.ts';
import type { VirtualUsbDevice } from './device.ts';
import { interfacesOf } from './interfaces.ts';
import { UsbIpConnection } from './usbip-connection.ts';

const LOOPBACK = '127.0.0.1';

interface Plugged {
  device: VirtualUsbDevice;
  record: DeviceRecord;
  /** Its host, where it has one. */
  connection: UsbIpConnection | null;
}

/** A USB/IP server: simulated devices on ports of a bus that does not exist, for any host that imports them. */
export class UsbIpServer {
  private readonly server: Server;
  private readonly plugged = new Map<string, Plugged>();
  private readonly connections = new Set<UsbIpConnection>();
  private devices = 0;

  private constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket) => {
      this.connections.add(
        new UsbIpConnection(socket, {
          list: () => this.list(),
          take: (busid, connection) => this.take(busid, connection),
          released: (connection) => this.released(connection),
        }),
      );
    });
  }

  /** Port 0: any free one. On loopback: whoever reaches the port has the devices. */
  static async listen(port = 0): Promise<UsbIpServer> {
    const server = createServer();
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    return new UsbIpServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** As a link names it: `usbip://127.0.0.1:port/1-1`. */
  path(busid: string): string {
    return `usbip://${LOOPBACK}:${this.port}/${busid}`;
  }

  /** Puts a device on that port of the bus (`1-1`), in the place of the one that is there. */
  plug(busid: string, device: VirtualUsbDevice): void {
    this.unplug(busid);
    this.devices += 1;
    this.plugged.set(busid, { device, record: recordOf(busid, this.devices, device), connection: null });
  }

  /** Its host sees the connection end. */
  unplug(busid: string): void {
    const { connection } = this.plugged.get(busid) ?? {};
    this.plugged.delete(busid);
    connection?.cut();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.connections) connection.cut();
    await closed;
  }

  /** Those that a host has are not offered, as with the kernel's own server. */
  private list() {
    return [...this.plugged.values()]
      .filter(({ connection }) => connection === null)
      .map(({ record, device }) => ({
        record,
        interfaces: interfacesOf(device.descriptors.configurations[0]).map((one) => one.class),
      }));
  }

  private take(busid: string, connection: UsbIpConnection) {
    const found = this.plugged.get(busid);
    if (found === undefined) return 'none';
    if (found.connection !== null) return 'busy';
    found.connection = connection;
    return found;
  }

  private released(connection: UsbIpConnection): void {
    this.connections.delete(connection);
    for (const one of this.plugged.values()) if (one.connection === connection) one.connection = null;
  }
}

/** `1-1` with the number of its plugging: a host tells devices by bus and number, and a new one is a new device. */
function recordOf(busid: string, devnum: number, device: VirtualUsbDevice): DeviceRecord {
  const bytes = Buffer.from(device.descriptors.device);
  return {
    path: `/sys/devices/rootline/usb1/${busid}`,
    busid,
    busnum: 1,
    devnum,
    speed: SPEED[device.speed],
    vendorId: bytes.readUInt16LE(8),
    productId: bytes.readUInt16LE(10),
    release: bytes.readUInt16LE(12),
    deviceClass: [bytes[4] ?? 0, bytes[5] ?? 0, bytes[6] ?? 0],
    configurationValue: 0,
    configurations: device.descriptors.configurations.length,
    interfaces: interfacesOf(device.descriptors.configurations[0]).length,
  };
}
