import { crc32 } from 'node:zlib';
import type { Segment } from '../core/image.ts';
import { artefactError } from './errors.ts';

/** ST UM0391, "DfuSe file format specification": prefix, targets with their elements, suffix. */
const PREFIX = 11;
const SUFFIX = 16;
const TARGET = 274;
const ELEMENT = 8;
/** In a suffix: fits any device. */
const ANY = 0xffff;

export interface DfuseFile {
  /** `0483:df11`, as a driver lists it; null: the file is for any device. */
  device: string | null;
  segments: Segment[];
}

const refuse = (field: string, problem: string) => artefactError('dfuse', field, problem);

/** Checks prefix, suffix and CRC, and takes the elements of its one target. Throws DriverError `bad-argument`. */
export function parseDfuse(bytes: Uint8Array): DfuseFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = file.length - SUFFIX;
  if (end < PREFIX || file.toString('latin1', 0, 5) !== 'DfuSe' || file[5] !== 1)
    throw refuse('prefix', 'is not DfuSe version 1');
  if (file.readUInt32LE(6) !== end) throw refuse('size', 'the file is cut off');
  if (file.toString('latin1', end + 8, end + 11) !== 'UFD') throw refuse('suffix', 'is missing');
  // The CRC of the DFU suffix is CRC-32 without its last complement (DFU 1.1, appendix B).
  if (file.readUInt32LE(end + 12) !== ~crc32(file.subarray(0, end + 12)) >>> 0)
    throw refuse('crc', 'does not hold');
  if (file[10] !== 1) throw refuse('targets', `${file[10] ?? 0} of them; one is taken`);
  return { device: deviceOf(file, end), segments: elements(file, end) };
}

function deviceOf(file: Buffer, end: number): string | null {
  const [product, vendor] = [file.readUInt16LE(end + 2), file.readUInt16LE(end + 4)];
  const hex = (id: number) => id.toString(16).padStart(4, '0');
  return vendor === ANY || product === ANY ? null : `${hex(vendor)}:${hex(product)}`;
}

function elements(file: Buffer, end: number): Segment[] {
  if (PREFIX + TARGET > end || file.toString('latin1', PREFIX, PREFIX + 6) !== 'Target')
    throw refuse('target', 'is missing');
  const count = file.readUInt32LE(PREFIX + TARGET - 4);
  const segments: Segment[] = [];
  let at = PREFIX + TARGET;
  for (let index = 0; index < count; index += 1) {
    const size = at + ELEMENT <= end ? file.readUInt32LE(at + 4) : Infinity;
    if (at + ELEMENT + size > end) throw refuse(`element ${index}`, 'is cut off');
    const body = at + ELEMENT;
    segments.push({
      address: file.readUInt32LE(at),
      bytes: Uint8Array.from(file.subarray(body, body + size)),
    });
    at = body + size;
  }
  if (at !== end || count === 0) throw refuse('elements', 'do not fill the file');
  return segments;
}
