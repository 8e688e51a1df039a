import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { INITIAL_BAUD_RATE } from './constants.ts';
import type { Frame } from './frame.ts';
import { FrameLink } from './frame-link.ts';
import type { Range } from './memory.ts';
import * as rx from './rx-constants.ts';
import { hex } from './status.ts';
import { synchronise } from './sync.ts';
import { KEY_MS, answerMs, crcMs, eraseMs, writeFrameMs } from './timing.ts';
import { encodeFrame, payloadOf } from './writer.ts';

const { RX_COMMAND: COMMAND, RX_PAGE } = rx;
const SMALL = 80;
const NOTHING = new Uint8Array(0);

/** What command 38 tells. TYP is not explained in public: eight bytes, compared as they are. */
export interface RxDeviceType {
  /** Sixteen hex digits. */
  type: string;
  /** Hz: highest and lowest input clock, highest and lowest CPU clock, in the order of the answer. */
  clocks: readonly number[];
}

/** The boot ROM of one RX part over one open transport. Every method rejects with DriverError. */
export class RxBootClient {
  readonly link: FrameLink;
  /** C1 or C2: the group of the part. */
  readonly bootCode: number;
  private readonly transport: Transport;

  private constructor(transport: Transport, bootCode: number) {
    this.transport = transport;
    this.bootCode = bootCode;
    this.link = new FrameLink(transport, rx.RX_NAMES);
  }

  /** The hand-shake at 9600 baud; nothing has been asked of the part after it. */
  static async connect(transport: Transport, signal: AbortSignal): Promise<RxBootClient> {
    if (transport.baudRate !== INITIAL_BAUD_RATE) await transport.setBaudRate(INITIAL_BAUD_RATE);
    return new RxBootClient(transport, await synchronise(transport, signal, rx.RX_BOOT_CODES));
  }

  get baudRate(): number {
    return this.transport.baudRate;
  }

  async deviceType(): Promise<RxDeviceType> {
    const bytes = await this.inParts(COMMAND.deviceType, NOTHING, 24);
    const clocks = [8, 12, 16, 20].map((offset) => bytes.readUInt32BE(offset));
    return { type: bytes.subarray(0, 8).toString('hex'), clocks };
  }

  /** Byte order of the program, as the chip keeps it for what follows: little. */
  async setLittleEndian(): Promise<void> {
    await this.ask(COMMAND.endian, Uint8Array.of(rx.LITTLE_ENDIAN));
  }

  /** @returns system and peripheral clock that the chip has chosen, Hz. */
  async setClock(): Promise<[number, number]> {
    const bytes = await this.inParts(COMMAND.clock, payloadOf(rx.INPUT_CLOCK, rx.SYSTEM_CLOCK), 8);
    return [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  }

  /** Moves both ends to another rate; `confirm` proves it. */
  async setBaudRate(baudRate: number): Promise<void> {
    await this.ask(COMMAND.baudRate, payloadOf(baudRate));
    await this.transport.setBaudRate(baudRate);
    await this.confirm();
  }

  async confirm(): Promise<void> {
    await this.ask(COMMAND.inquiry);
  }

  async needsId(): Promise<boolean> {
    const mode = (await this.inParts(COMMAND.authenticationMode, NOTHING, 1)).readUInt8();
    if (mode === rx.ID_NEEDED || mode === rx.ID_NOT_NEEDED) return mode === rx.ID_NEEDED;
    throw new DriverError('bad-frame', 'The chip reports a mode that is not in its documents.', {
      context: { what: 'authenticationMode', value: hex(mode) },
    });
  }

  /** Sixteen bytes; a wrong code is `device-error`. */
  async authenticate(idCode: Uint8Array): Promise<void> {
    await this.link.command(COMMAND.authenticate, idCode, KEY_MS + this.short);
  }

  async isBlank({ start, end }: Range): Promise<boolean> {
    try {
      await this.link.command(COMMAND.blankCheck, payloadOf(start, end), crcMs(end - start + 1) + this.short);
      return true;
    } catch (error) {
      if (error instanceof DriverError && error.context['statusName'] === rx.NOT_BLANK) return false;
      throw error;
    }
  }

  /** Erases the block that begins at `address`. */
  async erase(address: number, blockBytes: number): Promise<void> {
    const timeoutMs = eraseMs(blockBytes, blockBytes) + this.short;
    await this.link.command(COMMAND.erase, payloadOf(address), timeoutMs);
  }

  /** Writes one page; `frame` is its data frame (`pageFrame`), made while the page before was on its way. */
  async writePage(address: number, frame: Uint8Array): Promise<void> {
    await this.ask(COMMAND.write, payloadOf(address, address + RX_PAGE - 1));
    await this.link.exchange(frame, COMMAND.write, writeFrameMs(RX_PAGE, this.baudRate, 128));
  }

  /** At most one page. The chip says that it can, the host says go, the bytes come. */
  async read(address: number, length: number): Promise<Uint8Array> {
    await this.ask(COMMAND.read, payloadOf(address, address + length - 1));
    return this.part(encodeFrame('data', COMMAND.read, NOTHING), COMMAND.read, length);
  }

  close(): void {
    this.link.close();
  }

  private get short(): number {
    return answerMs(SMALL, this.transport.baudRate);
  }

  private ask(code: number, payload: Uint8Array = NOTHING): Promise<Frame> {
    return this.link.command(code, payload, this.short);
  }

  /** An answer in two parts: a status, which the host sends back as it came, then the data. */
  private async inParts(code: number, payload: Uint8Array, length: number): Promise<Buffer> {
    const status = await this.ask(code, payload);
    return this.part(encodeFrame('data', code, status.payload), code, length);
  }

  private async part(go: Uint8Array, code: number, length: number): Promise<Buffer> {
    const { payload } = await this.link.exchange(go, code, answerMs(RX_PAGE, this.baudRate));
    if (payload.length === length) return Buffer.from(payload);
    throw new DriverError('bad-frame', 'An answer is of another length than was asked for.', {
      context: { command: rx.RX_NAMES.get(code) ?? hex(code), length: payload.length, expected: length },
    });
  }
}

/** The data frame of a page of 256 bytes. */
export function pageFrame(page: Uint8Array): Uint8Array {
  return encodeFrame('data', COMMAND.write, page);
}
