import type { Cable } from '../wire/cable.ts';
import type { VirtualUsbDevice } from './device.ts';
import type { UsbIpServer } from './usbip-server.ts';

/** The one port of a site's own bus. */
const BUSID = '1-1';

/** A USB cable: what the part is on USB is on the bus while the cable is plugged. */
export class UsbCable implements Cable {
  readonly link: string;
  private readonly server: UsbIpServer;
  private readonly device: () => VirtualUsbDevice | null;
  private plugged = false;

  constructor(server: UsbIpServer, device: () => VirtualUsbDevice | null) {
    this.server = server;
    this.device = device;
    this.link = server.path(BUSID);
  }

  get port(): string | null {
    return this.plugged ? this.link : null;
  }

  plug(): void {
    this.plugged = true;
    this.changed();
  }

  pull(): void {
    this.plugged = false;
    this.changed();
  }

  /** Its host sees the old device leave, and finds the new one when it looks again. */
  changed(): void {
    const device = this.plugged ? this.device() : null;
    if (device === null) this.server.unplug(BUSID);
    else this.server.plug(BUSID, device);
  }

  write(): void {}

  discard(): void {}

  rate(): number {
    return 0;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
