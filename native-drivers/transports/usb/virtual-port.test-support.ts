import type { UsbPort } from '#drivers/core/link.ts';
import type { VirtualUsbDevice } from '#drivers/virtual/usb/device.ts';
import { UsbIpServer } from '#drivers/virtual/usb/usbip-server.ts';
import { openUsb } from './open-usb.ts';

const BUSID = '1-1';

/** A simulated device on a loopback socket, with the real bytes of USB/IP between it and whoever opens it. */
export interface VirtualPort {
  /** For `openUsb` and for a site's link. */
  readonly path: string;
  /** Opens it; the rig closes what it opened. */
  open(): Promise<UsbPort>;
  /** Another device on the same port, or the same again; null pulls the cable. */
  plug(device: VirtualUsbDevice | null): void;
  close(): Promise<void>;
}

export async function openVirtualPort(device: VirtualUsbDevice): Promise<VirtualPort> {
  const server = await UsbIpServer.listen();
  const path = server.path(BUSID);
  const opened: UsbPort[] = [];
  server.plug(BUSID, device);
  return {
    path,
    open: async () => {
      const port = await openUsb(path);
      opened.push(port);
      return port;
    },
    plug: (next) => (next === null ? server.unplug(BUSID) : server.plug(BUSID, next)),
    close: async () => {
      await Promise.all(opened.map((port) => port.close()));
      await server.close();
    },
  };
}
