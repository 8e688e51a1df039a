import type { Socket } from 'node:net';
import {
  BUSID_BYTES,
  ERRNO,
  HEADER_BYTES,
  MOST_TRANSFER_BYTES,
  OP,
  OP_HEADER_BYTES,
  STATUS_BUSY,
  STATUS_NO_DEVICE,
} from '#drivers/protocols/usbip/constants.ts';
import {
  opHeader,
  readBusid,
  readOpHeader,
  readSubmit,
  readUnlink,
  UsbIpError,
  writeRecord,
  writeSubmitted,
  writeUnlinked,
  type DeviceRecord,
  type Submit,
} from '#drivers/protocols/usbip/messages.ts';
import { Pieces, type Wanting } from '#drivers/protocols/usbip/pieces.ts';
import { AttachedDevice } from './attached-device.ts';
import type { VirtualUsbDevice } from './device.ts';
import type { InterfaceClass } from './interfaces.ts';

/** What a connection asks its server. */
export interface Exports {
  list(): { record: DeviceRecord; interfaces: readonly InterfaceClass[] }[];
  /** From then on the connection is that device's cable. */
  take(
    busid: string,
    connection: UsbIpConnection,
  ): { record: DeviceRecord; device: VirtualUsbDevice } | 'busy' | 'none';
  released(connection: UsbIpConnection): void;
}

/** One host: it lists, or it imports a device and then speaks with it until the connection ends. */
export class UsbIpConnection {
  private readonly socket: Socket;
  private readonly exports: Exports;
  private readonly pieces: Pieces;
  private readonly pending = new Map<number, AbortController>();
  private attached: AttachedDevice | null = null;

  constructor(socket: Socket, exports: Exports) {
    this.socket = socket;
    this.exports = exports;
    this.pieces = new Pieces(this.read());
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.hear(bytes));
    // A host that goes away is no failure of the bench.
    socket.on('error', () => undefined);
    // At the host's last byte already: by the time that it sees the end of this side, the device is free.
    socket.once('end', () => this.ended());
    socket.once('close', () => this.ended());
  }

  /** The device leaves the bus: to its host the connection ends. */
  cut(): void {
    this.ended();
    this.socket.destroy();
  }

  private hear(bytes: Buffer): void {
    try {
      this.pieces.push(bytes);
    } catch (error) {
      if (!(error instanceof UsbIpError)) throw error;
      this.socket.destroy();
    }
  }

  private ended(): void {
    for (const controller of this.pending.values()) controller.abort();
    this.pending.clear();
    this.exports.released(this);
  }

  private *read(): Wanting {
    const { code } = readOpHeader(yield OP_HEADER_BYTES);
    if (code === OP.requestList) {
      this.list();
      return;
    }
    if (code !== OP.requestImport) throw new UsbIpError(`no operation 0x${code.toString(16)}`);
    if (!this.import(readBusid(yield BUSID_BYTES))) return;
    for (;;) yield* this.command(yield HEADER_BYTES);
  }

  private list(): void {
    const listed = this.exports.list();
    const count = Buffer.alloc(4);
    count.writeUInt32BE(listed.length);
    const bodies = listed.flatMap(({ record, interfaces }) => [
      writeRecord(record),
      ...interfaces.map((one) => Uint8Array.of(...one, 0)),
    ]);
    this.socket.end(Buffer.concat([opHeader(OP.replyList), count, ...bodies]));
  }

  private import(busid: string): boolean {
    const found = this.exports.take(busid, this);
    if (found === 'busy' || found === 'none') {
      const status = found === 'busy' ? STATUS_BUSY : STATUS_NO_DEVICE;
      this.socket.end(opHeader(OP.replyImport, status));
      return false;
    }
    this.attached = new AttachedDevice(found.device);
    this.socket.write(Buffer.concat([opHeader(OP.replyImport), writeRecord(found.record)]));
    return true;
  }

  private *command(header: Buffer): Wanting {
    const unlink = readUnlink(header);
    if (unlink !== null) {
      this.unlink(unlink.seqnum, unlink.submitted);
      return;
    }
    const submit = readSubmit(header);
    if (submit === null) throw new UsbIpError('no command');
    if (submit.length > MOST_TRANSFER_BYTES) throw new UsbIpError(`a transfer of ${submit.length} bytes`);
    const data: Buffer = submit.direction === 'out' && submit.length > 0 ? yield submit.length : NOTHING;
    void this.submit(submit, Uint8Array.from(data));
  }

  private async submit(submit: Submit, data: Uint8Array): Promise<void> {
    const { attached } = this;
    const { seqnum } = submit;
    const controller = new AbortController();
    this.pending.set(seqnum, controller);
    try {
      const done = await attached?.transfer(submit, data, controller.signal);
      const { status, length, bytes } = done ?? { status: ERRNO.noDevice, length: 0, bytes: NOTHING };
      if (!this.pending.delete(seqnum) || this.socket.destroyed) return;
      this.socket.write(Buffer.concat([writeSubmitted({ seqnum, status, length }), bytes]));
    } catch (error) {
      // Taken back: unlink has answered. Anything else is a fault of the simulated device.
      if (!controller.signal.aborted) throw error;
    }
  }

  /** Where the transfer is done already, its answer is on the way and the status is zero. */
  private unlink(seqnum: number, submitted: number): void {
    const controller = this.pending.get(submitted);
    this.pending.delete(submitted);
    this.socket.write(writeUnlinked(seqnum, controller === undefined ? 0 : ERRNO.unlinked));
    controller?.abort();
  }
}

const NOTHING = Buffer.alloc(0);
