import type { Socket } from 'node:net';
import {
  ERRNO,
  HEADER_BYTES,
  OP,
  OP_HEADER_BYTES,
  RECORD_BYTES,
  STATUS_OK,
} from '#drivers/protocols/usbip/constants.ts';
import {
  readOpHeader,
  readRecord,
  readSubmitted,
  readUnlinked,
  requestImport,
  UsbIpError,
  writeSubmit,
  writeUnlink,
  type DeviceRecord,
} from '#drivers/protocols/usbip/messages.ts';
import { Pieces, type Wanting } from '#drivers/protocols/usbip/pieces.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Lifeline } from './lifeline.ts';

const NO_SETUP = new Uint8Array(8);
const NOTHING = Buffer.alloc(0);

/** One transfer as it goes out. `length`: bytes wanted; an OUT transfer has `data` instead. */
export interface Transfer {
  endpoint: number;
  direction: 'in' | 'out';
  length?: number;
  data?: Uint8Array;
  setup?: Uint8Array;
  /** ms; then it is taken back and rejects with `no-answer`. */
  limit: number;
}

/** `status`: zero or a negative error number. */
export interface Answer {
  status: number;
  length: number;
  bytes: Uint8Array;
}

interface Pending {
  direction: 'in' | 'out';
  length: number;
  answer(done: Answer): void;
  fail(error: Error): void;
}

/** Our side of an imported device: the host of USB/IP. */
export class UsbIpHost {
  /** What the server says of the device, or the status with which it refused it. */
  readonly imported: Promise<DeviceRecord | number>;
  private readonly socket: Socket;
  private readonly lifeline: Lifeline;
  private readonly pieces: Pieces;
  private readonly pending = new Map<number, Pending>();
  /** Sequence number of an unlink -> that of its transfer. */
  private readonly unlinks = new Map<number, number>();
  private readonly settle: PromiseWithResolvers<DeviceRecord | number>;
  private seqnum = 0;
  private devid = 0;

  constructor(socket: Socket, busid: string, lifeline: Lifeline) {
    this.socket = socket;
    this.lifeline = lifeline;
    this.settle = Promise.withResolvers();
    this.imported = this.settle.promise;
    this.pieces = new Pieces(this.read());
    socket.on('data', (bytes: Buffer) => this.hear(bytes));
    socket.on('error', (error) => this.ended(error));
    socket.on('close', () => this.ended());
    socket.write(requestImport(OP.requestImport, busid));
  }

  transfer(transfer: Transfer): Promise<Answer> {
    const { ended } = this.lifeline;
    if (ended !== null) return Promise.reject(ended);
    const { endpoint, direction, data = NOTHING, setup = NO_SETUP, limit } = transfer;
    const length = transfer.length ?? data.length;
    const seqnum = (this.seqnum += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      this.unlink(seqnum);
      reject(late(endpoint, limit));
    }, limit);
    const answer = (done: Answer): void => {
      clearTimeout(timer);
      resolve(done);
    };
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    this.pending.set(seqnum, { direction, length, answer, fail });
    const header = writeSubmit({ seqnum, devid: this.devid, direction, endpoint, length, setup });
    this.socket.write(Buffer.concat([header, data]));
    return promise;
  }

  /** Resolves once the server has let go of the device: the next host finds it free. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.ended();
      if (this.socket.destroyed) resolve();
      else this.socket.once('close', () => resolve()).end();
    });
  }

  /** Without a word to the server. */
  destroy(): void {
    this.socket.destroy();
  }

  private hear(bytes: Buffer): void {
    try {
      this.pieces.push(bytes);
    } catch (error) {
      this.ended(error);
      this.socket.destroy();
    }
  }

  private ended(cause?: unknown): void {
    const error = this.lifeline.ended ?? this.lifeline.gone(cause);
    for (const one of this.pending.values()) one.fail(error);
    this.pending.clear();
    this.settle.reject(error);
  }

  private *read(): Wanting {
    const { code, status } = readOpHeader(yield OP_HEADER_BYTES);
    if (code !== OP.replyImport) throw new UsbIpError('no answer to an import');
    if (status !== STATUS_OK) {
      this.settle.resolve(status);
      return;
    }
    const record = readRecord(yield RECORD_BYTES);
    this.devid = (record.busnum << 16) | record.devnum;
    this.settle.resolve(record);
    for (;;) yield* this.answer(yield HEADER_BYTES);
  }

  private *answer(header: Buffer): Wanting {
    const unlinked = readUnlinked(header);
    if (unlinked !== null) {
      // Zero: its answer is on the way, or was here already.
      const submitted = this.unlinks.get(unlinked.seqnum) ?? 0;
      if (unlinked.status !== 0) this.pending.delete(submitted);
      this.unlinks.delete(unlinked.seqnum);
      return;
    }
    const done = readSubmitted(header);
    const asked = done === null ? undefined : this.pending.get(done.seqnum);
    if (done === null || asked === undefined) throw new UsbIpError('an answer to nothing');
    if (done.length > asked.length) throw new UsbIpError('more than was asked for');
    const bytes: Buffer = asked.direction === 'in' && done.length > 0 ? yield done.length : NOTHING;
    this.pending.delete(done.seqnum);
    if (done.status === ERRNO.noDevice || done.status === ERRNO.shutdown) asked.fail(this.lifeline.gone());
    else asked.answer({ status: done.status, length: done.length, bytes: Uint8Array.from(bytes) });
  }

  private unlink(submitted: number): void {
    const seqnum = (this.seqnum += 1);
    this.unlinks.set(seqnum, submitted);
    this.socket.write(writeUnlink(seqnum, this.devid, submitted));
  }
}

const late = (endpoint: number, milliseconds: number): DriverError =>
  new DriverError('no-answer', 'The USB device does not answer.', { context: { endpoint, milliseconds } });
