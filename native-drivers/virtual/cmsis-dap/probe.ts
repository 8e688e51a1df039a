import type { SwdMaster } from './swd-master.ts';
import { Transfers } from './transfers.ts';

/** How a probe is on USB: version 2 with bulk endpoints, version 1 with the reports of a HID. */
export interface ProbeModel {
  version: 1 | 2;
  packetBytes: number;
  /** Packets that it takes before it has answered the first. */
  packetCount: number;
}

/** High speed: one packet is one bulk packet (USB 2.0, section 5.8.3). */
export const VERSION_2: ProbeModel = { version: 2, packetBytes: 512, packetCount: 4 };
/** Full speed: a report is one interrupt packet (section 5.7.3). */
export const VERSION_1: ProbeModel = { version: 1, packetBytes: 64, packetCount: 1 };
/** Command ids and ids of DAP_Info (CMSIS-DAP 2.1.1, "CMSIS-DAP Commands"). */
const COMMAND = {
  info: 0x00,
  hostStatus: 0x01,
  connect: 0x02,
  disconnect: 0x03,
  transferConfigure: 0x04,
  transfer: 0x05,
  transferBlock: 0x06,
  transferAbort: 0x07,
  writeAbort: 0x08,
  delay: 0x09,
  resetTarget: 0x0a,
  pins: 0x10,
  clock: 0x11,
  sequence: 0x12,
  swdConfigure: 0x13,
  swdSequence: 0x1d,
} as const;
const TEXTS: Readonly<Record<number, string>> = { 0x04: '2.1.1', 0x09: '1.0.0' };
const INFO = { product: 0x02, serial: 0x03, capabilities: 0xf0, count: 0xfe, size: 0xff } as const;
const SWD_SUPPORTED = 1;
const SWD_MODE = 1;
const OK = 0x00;
const ERROR = 0xff;
const INVALID = 0xff;
/** DAP_SWJ_Pins: SWCLK, SWDIO, nRESET. */
const PIN = { swclk: 1, swdio: 2, reset: 0x80 };

export interface ProbeBody {
  readonly product: string;
  readonly serial: string;
  /** nRESET of the part. */
  resetLine(low: boolean): void;
}

/** A CMSIS-DAP probe with SWD: commands in, responses out, time passes on its line. */
export class Probe {
  private readonly master: SwdMaster;
  private readonly body: ProbeBody;
  private readonly model: ProbeModel;
  private readonly transfers: Transfers;
  private pins = PIN.swclk | PIN.swdio | PIN.reset;

  constructor(master: SwdMaster, body: ProbeBody, model: ProbeModel) {
    this.master = master;
    this.model = model;
    this.body = body;
    this.transfers = new Transfers(master);
  }

  execute(bytes: Uint8Array): Uint8Array {
    // What a command leaves out reads as zero: the reference firmware has a buffer of one packet.
    const command = Buffer.alloc(this.model.packetBytes);
    command.set(bytes.subarray(0, command.length));
    const id = command[0] ?? INVALID;
    try {
      return this.answer(id, command);
    } catch (error) {
      // A command that is shorter than it says.
      if (error instanceof RangeError) return Uint8Array.of(id, ERROR);
      throw error;
    }
  }

  private answer(id: number, command: Buffer): Uint8Array {
    if (id === COMMAND.info) return this.info(command[1] ?? 0);
    if (id === COMMAND.transfer) return this.transfers.single(command);
    if (id === COMMAND.transferBlock) return this.transfers.block(command);
    if (id === COMMAND.connect) return Uint8Array.of(id, (command[1] ?? 0) <= SWD_MODE ? SWD_MODE : 0);
    if (id === COMMAND.pins) return Uint8Array.of(id, this.setPins(command));
    if (id === COMMAND.swdSequence) return this.swdSequence(command);
    if (id === COMMAND.resetTarget) return Uint8Array.of(id, OK, 0);
    return this.simple(id, command) ? Uint8Array.of(id, OK) : Uint8Array.of(INVALID);
  }

  /** Those that answer with a status alone; false: no such command. */
  private simple(id: number, command: Buffer): boolean {
    if (id === COMMAND.writeAbort) this.master.write(false, 0, command.readUInt32LE(2));
    else if (id === COMMAND.clock) this.master.hz = Math.max(command.readUInt32LE(1), 1000);
    else if (id === COMMAND.transferConfigure) this.configure(command);
    else if (id === COMMAND.delay) this.master.time += command.readUInt16LE(1) * 1000;
    else if (id === COMMAND.sequence) this.sequence(command, 2, command[1] === 0 ? 256 : (command[1] ?? 0));
    else return SILENT_ONES.has(id);
    return true;
  }

  private info(what: number): Uint8Array {
    if (what === INFO.capabilities) return Uint8Array.of(COMMAND.info, 1, SWD_SUPPORTED);
    if (what === INFO.count) return Uint8Array.of(COMMAND.info, 1, this.model.packetCount);
    const size = this.model.packetBytes;
    if (what === INFO.size) return Uint8Array.of(COMMAND.info, 2, size & 0xff, size >> 8);
    const own = what === INFO.serial ? this.body.serial : what === INFO.product ? this.body.product : '';
    const text = TEXTS[what] ?? own;
    // Zero-terminated, and the length counts that; a text that is not there has length 0.
    const zero = text === '' ? text : `${text}\0`;
    return Buffer.concat([Uint8Array.of(COMMAND.info, zero.length), Buffer.from(zero, 'latin1')]);
  }

  private configure(command: Buffer): void {
    this.master.idleCycles = command.readUInt8(1);
    this.master.waitRetries = command.readUInt16LE(2);
    this.transfers.settings.matchRetries = command.readUInt16LE(4);
  }

  private sequence(command: Buffer, from: number, count: number): void {
    for (let bit = 0; bit < count; bit += 1)
      this.master.sequence(((command.readUInt8(from + (bit >> 3)) >> (bit & 7)) & 1) === 1 ? 1 : 0);
  }

  private setPins(command: Buffer): number {
    const [output, select] = [command.readUInt8(1), command.readUInt8(2)];
    this.pins = (this.pins & ~select) | (output & select);
    if ((select & PIN.reset) !== 0) this.body.resetLine((this.pins & PIN.reset) === 0);
    return this.pins;
  }

  /** Output only; what would be read is ones: nobody drives the line between packets. */
  private swdSequence(command: Buffer): Uint8Array {
    const read: Uint8Array[] = [Uint8Array.of(COMMAND.swdSequence, OK)];
    let at = 2;
    for (let left = command[1] ?? 0; left > 0; left -= 1) {
      const info = command.readUInt8(at);
      const count = (info & 0x3f) === 0 ? 64 : info & 0x3f;
      const bytes = Math.ceil(count / 8);
      at += 1;
      if ((info & 0x80) !== 0) read.push(new Uint8Array(bytes).fill(0xff));
      else {
        this.sequence(command, at, count);
        at += bytes;
      }
    }
    return Buffer.concat(read);
  }
}

const SILENT_ONES: ReadonlySet<number> = new Set([
  COMMAND.hostStatus,
  COMMAND.disconnect,
  COMMAND.transferAbort,
  COMMAND.swdConfigure,
]);
