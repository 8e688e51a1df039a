import { artefactError } from './errors.ts';

/** Shape of one RA8 boot certificate: 32-byte header, 4-byte TLV length, then fields in a fixed order. */
export interface Manifest {
  name: string;
  magic: number;
  fields: readonly { name: string; tag: number; length: number }[];
}

/** Header after magic, version and flags. */
export type Words = [number, number, number, number, number];

const MANIFEST_VERSION = 0x00010000;
const HEADER = 32;
const WORD = 4;

/** Writes a manifest; fields that are not given (the signature) stay zero for the caller to fill. */
export function writeTlv(
  manifest: Manifest,
  words: readonly number[],
  values: readonly Uint8Array[],
): Buffer {
  const length = tlvLength(manifest);
  const bytes = Buffer.alloc(HEADER + WORD + length);
  bytes.writeUInt32LE(manifest.magic, 0);
  bytes.writeUInt32LE(MANIFEST_VERSION, 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, 12 + index * WORD);
  bytes.writeUInt32LE(length, HEADER);
  let at = HEADER + WORD;
  for (const [index, field] of manifest.fields.entries()) {
    const value = values[index];
    if (value !== undefined && value.length !== field.length)
      throw artefactError(manifest.name, field.name, `must be ${field.length} bytes`);
    bytes.writeUInt32LE(field.tag, at);
    bytes.set(value ?? [], at + WORD);
    at += WORD + field.length;
  }
  return bytes;
}

/** Reads a manifest; every constant must be as written. Throws DriverError `bad-argument` naming the field. */
export function parseTlv(
  manifest: Manifest,
  bytes: Uint8Array,
): { words: Words; values: [Uint8Array, Uint8Array, Uint8Array, Uint8Array] } {
  const length = tlvLength(manifest);
  const total = HEADER + WORD + length;
  if (bytes.length !== total)
    throw artefactError(manifest.name, 'length', `${bytes.length} bytes instead of ${total}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number) => view.getUint32(at, true);
  expectWord(manifest, 'magic', word(0), manifest.magic);
  expectWord(manifest, 'manifest version', word(4), MANIFEST_VERSION);
  expectWord(manifest, 'flags', word(8), 0);
  expectWord(manifest, 'TLV length', word(HEADER), length);
  const values: Uint8Array[] = [];
  let at = HEADER + WORD;
  for (const field of manifest.fields) {
    expectWord(manifest, field.name, word(at), field.tag);
    values.push(bytes.slice(at + WORD, at + WORD + field.length));
    at += WORD + field.length;
  }
  const [a = empty(), b = empty(), c = empty(), d = empty()] = values;
  return { words: [word(12), word(16), word(20), word(24), word(28)], values: [a, b, c, d] };
}

function tlvLength(manifest: Manifest): number {
  return manifest.fields.reduce((sum, field) => sum + WORD + field.length, 0);
}

function expectWord(manifest: Manifest, field: string, value: number, expected: number): void {
  if (value === expected) return;
  throw artefactError(manifest.name, field, `is 0x${value.toString(16)}, not 0x${expected.toString(16)}`);
}

function empty(): Uint8Array {
  return new Uint8Array(0);
}
