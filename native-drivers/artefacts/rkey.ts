import { crc32Mpeg2 } from './crc32.ts';
import { artefactError } from './errors.ts';

/**
 * An OEM key as the Renesas key tool delivers it (.rkey): wrapped for the chip, of no use to anybody else.
 * Layout, after the public tools of the RA8 family: `REK1` | suite u32be = 1 | 7 x 00 | type | size u32be of the
 * encrypted key | W-UFPK 36 (4-byte index, 32 bytes) | IV 16 | encrypted key | CRC-32/MPEG-2 u32be over all before.
 */
export interface Rkey {
  /** FD = OEM root public key. */
  keyType: number;
  /** 4-byte index of the wrapping key, then the wrapped user factory programming key. */
  wufpk: Uint8Array;
  iv: Uint8Array;
  encryptedKey: Uint8Array;
}

export const RKEY_TYPE_OEM_ROOT_PUBLIC_KEY = 0xfd;

const MAGIC = 'REK1';
const SUITE = 1;
const HEADER = 20;
const WUFPK = 36;
const BLOCK = 16;
const CRC = 4;
/** Two blocks hold the shortest key with its MAC; no key of the family comes near a kibibyte. */
const SMALLEST = HEADER + WUFPK + BLOCK + 2 * BLOCK + CRC;
const LARGEST_FILE = 4096;
const PEM =
  /^\s*-----BEGIN RENESAS KEY-----\r?\n((?:[A-Za-z0-9+/]+={0,2}\r?\n)+)-----END RENESAS KEY-----\s*$/;

/** Reads an .rkey file. Throws DriverError `bad-argument` naming the field. */
export function parseRkey(file: Uint8Array): Rkey {
  const bytes = decodePem(file);
  if (bytes.length < SMALLEST) throw refuse('length', `${bytes.length} bytes are too short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const body = bytes.length - CRC;
  if (crc32Mpeg2(bytes.subarray(0, body)) !== view.getUint32(body)) throw refuse('crc', 'CRC does not match');
  checkHeader(bytes, view);
  const iv = HEADER + WUFPK;
  return {
    keyType: bytes[15] ?? 0,
    wufpk: bytes.slice(HEADER, iv),
    iv: bytes.slice(iv, iv + BLOCK),
    encryptedKey: bytes.slice(iv + BLOCK, body),
  };
}

/** Writes an .rkey file: what `parseRkey` reads. Throws DriverError `bad-argument` on parts of a wrong length. */
export function writeRkey(rkey: Rkey): Uint8Array {
  if (rkey.wufpk.length !== WUFPK) throw refuse('wufpk', 'must be 36 bytes');
  if (rkey.iv.length !== BLOCK) throw refuse('iv', 'must be 16 bytes');
  const size = rkey.encryptedKey.length;
  if (size < 2 * BLOCK || size % BLOCK !== 0) throw refuse('encryptedKey', 'must be two or more AES blocks');
  const bytes = Buffer.alloc(HEADER + WUFPK + BLOCK + size + CRC);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32BE(SUITE, 4);
  bytes[15] = rkey.keyType;
  bytes.writeUInt32BE(size, 16);
  bytes.set(rkey.wufpk, HEADER);
  bytes.set(rkey.iv, HEADER + WUFPK);
  bytes.set(rkey.encryptedKey, HEADER + WUFPK + BLOCK);
  bytes.writeUInt32BE(crc32Mpeg2(bytes.subarray(0, -CRC)), bytes.length - CRC);
  const lines = bytes.toString('base64').replace(/.{1,64}/g, '$&\n');
  return Buffer.from(`-----BEGIN RENESAS KEY-----\n${lines}-----END RENESAS KEY-----\n`, 'latin1');
}

function decodePem(file: Uint8Array): Uint8Array {
  if (file.length > LARGEST_FILE) throw refuse('length', `${file.length} bytes are too long`);
  const body = PEM.exec(Buffer.from(file).toString('latin1'))?.[1]?.replace(/\s/g, '');
  if (body === undefined) throw refuse('label', 'no RENESAS KEY block');
  const bytes = Buffer.from(body, 'base64');
  // Node skips what is not base64; only the canonical text is taken.
  if (bytes.toString('base64') !== body) throw refuse('base64', 'not canonical base64');
  return bytes;
}

function checkHeader(bytes: Uint8Array, view: DataView): void {
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== MAGIC) throw refuse('magic', 'is not REK1');
  if (view.getUint32(4) !== SUITE) throw refuse('suite', `is ${view.getUint32(4)}, not 1`);
  if (bytes.subarray(8, 15).some((byte) => byte !== 0)) throw refuse('reserved', 'is not zero');
  const size = view.getUint32(16);
  const present = bytes.length - HEADER - WUFPK - BLOCK - CRC;
  if (size !== present) throw refuse('size', `says ${size} bytes, the file holds ${present}`);
  if (size % BLOCK !== 0) throw refuse('size', `${size} is not a multiple of 16`);
}

function refuse(field: string, problem: string) {
  return artefactError('rkey', field, problem);
}
