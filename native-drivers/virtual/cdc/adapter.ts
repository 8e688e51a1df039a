import { descriptor, usbDescriptors } from '../usb/descriptors.ts';
import type { UsbAnswer, UsbDescriptors, VirtualUsbDevice } from '../usb/device.ts';
import { InQueue } from '../usb/in-queue.ts';
import { passesAsEven, readLineCoding, writeLineCoding, type LineCoding } from './line-coding.ts';

/** Requests: USB CDC PSTN 1.2, table 13. */
const REQUEST = {
  setLineCoding: 0x20,
  getLineCoding: 0x21,
  setControlLineState: 0x22,
  sendBreak: 0x23,
} as const;
/** SERIAL_STATE (PSTN 1.2, sections 6.5.4 and table 31): bmRequestType, bNotification, wValue, wIndex, wLength. */
const SERIAL_STATE = [0xa1, 0x20, 0, 0, 0, 0, 2, 0] as const;
const STATE = { carrier: 0x01, dataSetReady: 0x02, framing: 0x10, parity: 0x20 } as const;
/** wValue of SET_CONTROL_LINE_STATE (table 18). */
const LINE = { dtr: 1, rts: 2 } as const;
const DATA_IN = 1;
const NOTIFY = 3;
const NOTHING = new Uint8Array(0);
/** More than a host that reads lets pile up; what is beyond it is lost, as in an adapter's own memory. */
const MOST_HELD_BYTES = 1 << 16;

/** What hangs on the adapter. */
export interface Wire {
  /** Bytes as the part hears them; resolves when the adapter has room for the next ones. */
  send(bytes: Uint8Array): Promise<void>;
  /** Modem lines as they are now: set is true. */
  lines(lines: { dtr: boolean; rts: boolean }): void;
  /** Bytes that no frame of the part's end held. */
  lost(bytes: number): void;
}

/** A USB serial adapter: Communications Device Class, Abstract Control Model. The part's end of its wire is 8E1. */
export class CdcAdapter implements VirtualUsbDevice {
  readonly speed = 'full';
  readonly descriptors: UsbDescriptors;
  coding: LineCoding = { rate: 9600, stopBits: 'one', parity: 'none', dataBits: 8 };
  private readonly wire: Wire;
  private readonly data = new InQueue(MOST_HELD_BYTES);
  private readonly notes = new InQueue(MOST_HELD_BYTES);
  private part = false;

  constructor(serial: string, wire: Wire) {
    this.descriptors = descriptors(serial);
    this.wire = wire;
  }

  control(setup: Uint8Array, data: Uint8Array): Promise<UsbAnswer> {
    return Promise.resolve(this.answer(setup[1] ?? 0, Buffer.from(setup).readUInt16LE(2), data));
  }

  async write(_endpoint: number, bytes: Uint8Array): Promise<number> {
    const heard = bytes.filter((byte) => passesAsEven(byte, this.coding));
    this.wire.lost(bytes.length - heard.length);
    await this.wire.send(heard);
    return bytes.length;
  }

  async read(endpoint: number, length: number, signal: AbortSignal): Promise<UsbAnswer> {
    if (endpoint === DATA_IN) return this.data.take(length, signal);
    return endpoint === NOTIFY ? this.notes.take(length, signal) : 'stall';
  }

  /** A host that configures the adapter hears how the lines stand. */
  selected(_configuration: number, iface: number): void {
    if (iface === 0 && this.part) this.notify(0);
  }

  /** The host's end is as after power-up. */
  reset(): void {
    this.data.clear();
    this.notes.clear();
    this.wire.lines({ dtr: false, rts: false });
  }

  /** What the part says. Bytes that do not pass at the host's end are lost there, and the host is told. */
  hear(bytes: Uint8Array): void {
    const passed = bytes.filter((byte) => passesAsEven(byte, this.coding));
    this.data.push(passed);
    if (passed.length < bytes.length)
      this.notify(this.coding.parity === 'none' ? STATE.framing : STATE.parity);
  }

  /** What is on its way to the host is gone. */
  discard(): void {
    this.data.clear();
  }

  /** A part in the socket sets DSR and DCD. */
  present(part: boolean): void {
    if (part === this.part) return;
    this.part = part;
    this.notify(0);
  }

  private answer(request: number, value: number, data: Uint8Array): UsbAnswer {
    if (request === REQUEST.getLineCoding) return writeLineCoding(this.coding);
    if (request === REQUEST.setLineCoding) return this.setCoding(data);
    // A break is no frame to the part: its stop bit is missing.
    if (request === REQUEST.sendBreak && value !== 0) this.wire.lost(1);
    if (request === REQUEST.setControlLineState)
      this.wire.lines({ dtr: (value & LINE.dtr) !== 0, rts: (value & LINE.rts) !== 0 });
    return request === REQUEST.sendBreak || request === REQUEST.setControlLineState ? NOTHING : 'stall';
  }

  private setCoding(data: Uint8Array): UsbAnswer {
    const coding = readLineCoding(data);
    if (coding === null) return 'stall';
    this.coding = coding;
    return NOTHING;
  }

  private notify(errors: number): void {
    const state = (this.part ? STATE.carrier | STATE.dataSetReady : 0) | errors;
    this.notes.push(Uint8Array.of(...SERIAL_STATE, state, 0));
  }
}

/** Functional descriptors: USB CDC 1.2, section 5.2.3, and PSTN 1.2, section 5.3. */
const FUNCTIONAL = 0x24;
/** bmCapabilities of the ACM descriptor: line coding, line state and serial state (bit 1), break (bit 2). */
const LINES_AND_BREAK = 0x06;

function descriptors(serial: string): UsbDescriptors {
  return usbDescriptors({
    ...{ vendorId: 0x1209, productId: 0x0001, deviceClass: [2, 0, 0] },
    ...{ manufacturer: 'Rootline', product: 'Virtual serial adapter', serial },
    configurations: [
      {
        interfaces: [
          {
            ...{ number: 0, class: [0x02, 0x02, 0x01] },
            extra: [
              descriptor(FUNCTIONAL, 0x00, 0x20, 0x01),
              descriptor(FUNCTIONAL, 0x01, 0x00, 0x01),
              descriptor(FUNCTIONAL, 0x02, LINES_AND_BREAK),
              descriptor(FUNCTIONAL, 0x06, 0x00, 0x01),
            ],
            endpoints: [{ address: 0x83, type: 'interrupt', maxPacket: 16, interval: 10 }],
          },
          {
            ...{ number: 1, class: [0x0a, 0, 0] },
            endpoints: [
              { address: 0x81, type: 'bulk', maxPacket: 64 },
              { address: 0x02, type: 'bulk', maxPacket: 64 },
            ],
          },
        ],
      },
    ],
  });
}
