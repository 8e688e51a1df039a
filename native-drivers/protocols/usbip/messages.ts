import {
  BUSID_BYTES,
  COMMAND,
  DIRECTION,
  HEADER_BYTES,
  NOT_ISOCHRONOUS,
  OP_HEADER_BYTES,
  PATH_BYTES,
  RECORD_BYTES,
  VERSION,
} from './constants.ts';

/** A stream that is no USB/IP: nothing after it can be trusted, the connection ends. */
export class UsbIpError extends Error {
  readonly code = 'not-usbip';

  constructor(message: string) {
    super(message);
    this.name = 'UsbIpError';
  }
}

/** What a server says of an exported device: OP_REP_IMPORT from `path` on. */
export interface DeviceRecord {
  path: string;
  busid: string;
  busnum: number;
  devnum: number;
  speed: number;
  vendorId: number;
  productId: number;
  /** bcdDevice. */
  release: number;
  deviceClass: readonly [number, number, number];
  configurationValue: number;
  configurations: number;
  interfaces: number;
}

export interface Submit {
  seqnum: number;
  devid: number;
  direction: 'in' | 'out';
  endpoint: number;
  /** Bytes wanted (IN) or sent (OUT). */
  length: number;
  setup: Uint8Array;
}

/** `status`: zero or a negative error number. `length`: bytes that moved. */
export interface Submitted {
  seqnum: number;
  status: number;
  length: number;
}

export function opHeader(code: number, status = 0): Buffer {
  const bytes = Buffer.alloc(OP_HEADER_BYTES);
  bytes.writeUInt16BE(VERSION, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.writeUInt32BE(status, 4);
  return bytes;
}

/** The version is not compared: 1.0.6 and 1.1.1 differ in nothing that is used here. */
export function readOpHeader(bytes: Buffer): { code: number; status: number } {
  return { code: bytes.readUInt16BE(2), status: bytes.readUInt32BE(4) };
}

export function requestImport(code: number, busid: string): Buffer {
  return Buffer.concat([opHeader(code), padded(busid, BUSID_BYTES)]);
}

export const readBusid = (bytes: Buffer): string => untilZero(bytes);

export function writeRecord(record: DeviceRecord): Buffer {
  const numbers = Buffer.alloc(RECORD_BYTES - PATH_BYTES - BUSID_BYTES);
  numbers.writeUInt32BE(record.busnum, 0);
  numbers.writeUInt32BE(record.devnum, 4);
  numbers.writeUInt32BE(record.speed, 8);
  numbers.writeUInt16BE(record.vendorId, 12);
  numbers.writeUInt16BE(record.productId, 14);
  numbers.writeUInt16BE(record.release, 16);
  numbers.set(record.deviceClass, 18);
  numbers.set([record.configurationValue, record.configurations, record.interfaces], 21);
  return Buffer.concat([padded(record.path, PATH_BYTES), padded(record.busid, BUSID_BYTES), numbers]);
}

export function readRecord(bytes: Buffer): DeviceRecord {
  const numbers = bytes.subarray(PATH_BYTES + BUSID_BYTES);
  const at = (index: number): number => numbers.readUInt8(index);
  return {
    path: untilZero(bytes.subarray(0, PATH_BYTES)),
    busid: untilZero(bytes.subarray(PATH_BYTES, PATH_BYTES + BUSID_BYTES)),
    busnum: numbers.readUInt32BE(0),
    devnum: numbers.readUInt32BE(4),
    speed: numbers.readUInt32BE(8),
    vendorId: numbers.readUInt16BE(12),
    productId: numbers.readUInt16BE(14),
    release: numbers.readUInt16BE(16),
    deviceClass: [at(18), at(19), at(20)],
    configurationValue: at(21),
    configurations: at(22),
    interfaces: at(23),
  };
}

/** Without the bytes that an OUT transfer carries. */
export function writeSubmit(submit: Submit): Buffer {
  const bytes = header(COMMAND.submit, submit.seqnum);
  bytes.writeUInt32BE(submit.devid, 0x8);
  bytes.writeUInt32BE(DIRECTION[submit.direction], 0xc);
  bytes.writeUInt32BE(submit.endpoint, 0x10);
  bytes.writeUInt32BE(submit.length, 0x18);
  bytes.writeUInt32BE(NOT_ISOCHRONOUS, 0x20);
  bytes.set(submit.setup, 0x28);
  return bytes;
}

/** Null for another command. */
export function readSubmit(bytes: Buffer): Submit | null {
  if (bytes.readUInt32BE(0) !== COMMAND.submit) return null;
  return {
    seqnum: bytes.readUInt32BE(0x4),
    devid: bytes.readUInt32BE(0x8),
    direction: bytes.readUInt32BE(0xc) === DIRECTION.in ? 'in' : 'out',
    endpoint: bytes.readUInt32BE(0x10),
    length: bytes.readUInt32BE(0x18),
    setup: Uint8Array.from(bytes.subarray(0x28, HEADER_BYTES)),
  };
}

/** Without the bytes that an IN transfer brings. */
export function writeSubmitted(answer: Submitted): Buffer {
  const bytes = header(COMMAND.submitted, answer.seqnum);
  bytes.writeInt32BE(answer.status, 0x14);
  bytes.writeUInt32BE(answer.length, 0x18);
  bytes.writeUInt32BE(NOT_ISOCHRONOUS, 0x20);
  return bytes;
}

/** Null for another command. */
export function readSubmitted(bytes: Buffer): Submitted | null {
  if (bytes.readUInt32BE(0) !== COMMAND.submitted) return null;
  return {
    seqnum: bytes.readUInt32BE(0x4),
    status: bytes.readInt32BE(0x14),
    length: bytes.readUInt32BE(0x18),
  };
}

export function writeUnlink(seqnum: number, devid: number, submitted: number): Buffer {
  const bytes = header(COMMAND.unlink, seqnum);
  bytes.writeUInt32BE(devid, 0x8);
  bytes.writeUInt32BE(submitted, 0x14);
  return bytes;
}

/** Null for another command. */
export function readUnlink(bytes: Buffer): { seqnum: number; submitted: number } | null {
  if (bytes.readUInt32BE(0) !== COMMAND.unlink) return null;
  return { seqnum: bytes.readUInt32BE(0x4), submitted: bytes.readUInt32BE(0x14) };
}

export function writeUnlinked(seqnum: number, status: number): Buffer {
  const bytes = header(COMMAND.unlinked, seqnum);
  bytes.writeInt32BE(status, 0x14);
  return bytes;
}

/** Null for another command. */
export function readUnlinked(bytes: Buffer): { seqnum: number; status: number } | null {
  if (bytes.readUInt32BE(0) !== COMMAND.unlinked) return null;
  return { seqnum: bytes.readUInt32BE(0x4), status: bytes.readInt32BE(0x14) };
}

function header(command: number, seqnum: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(command, 0);
  bytes.writeUInt32BE(seqnum, 4);
  return bytes;
}

/** A string closed with zero; RangeError where it does not fit. */
function padded(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (Buffer.byteLength(text) >= length) throw new RangeError(`longer than ${length - 1} bytes: ${text}`);
  bytes.write(text);
  return bytes;
}

function untilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString();
}
