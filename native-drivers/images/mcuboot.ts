import { createHash, timingSafeEqual } from 'node:crypto';
import { DriverError } from '../core/errors.ts';

/** Image format of MCUboot (MCUboot documentation, "Boot Loader", "Image Format"; `bootutil/image.h`). Little-endian. */
const MAGIC = 0x96f3b83d;
const HEADER_BYTES = 32;
const TLV_INFO_MAGIC = 0x6907;
const TLV_PROTECTED_MAGIC = 0x6908;
const TLV_INFO_BYTES = 4;
const TLV_HEAD_BYTES = 4;
const FLAG = { encrypted: 0x04 | 0x08, nonBootable: 0x10, romFixed: 0x100 } as const;
const HASHES: ReadonlyMap<number, 'sha256' | 'sha384' | 'sha512'> = new Map([
  [0x10, 'sha256'],
  [0x11, 'sha384'],
  [0x12, 'sha512'],
]);
/** RSA-2048, ECDSA, RSA-3072, Ed25519. */
const SIGNATURES = new Set([0x20, 0x22, 0x23, 0x24]);

export interface McubootImage {
  version: string;
  bootable: boolean;
  signed: boolean;
  /** Where it must lie to run, where it was built for one place only (IMAGE_F_ROM_FIXED). */
  address: number | null;
  /** Of header, body and protected TLVs, as its TLV has it and, of a plain image, as its bytes have it. */
  hash: Uint8Array;
  hashedBytes: number;
  /** Up to the end of the last TLV. */
  totalBytes: number;
}

/** Throws DriverError `image-format`, with what is wrong in the context as `reason`. */
export function parseMcubootImage(file: Uint8Array): McubootImage {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < HEADER_BYTES) throw wrong('short');
  if (bytes.readUInt32LE(0) !== MAGIC) throw wrong('magic');
  const flags = bytes.readUInt32LE(16);
  const body = bytes.readUInt16LE(8) + bytes.readUInt32LE(12);
  const hashedBytes = body + protectedBytes(bytes, body);
  const tlvs = tlvsOf(bytes, hashedBytes, TLV_INFO_MAGIC);
  const hash = hashOf(tlvs);
  const plain = (flags & FLAG.encrypted) === 0;
  if (plain && !same(hash.value, digest(hash.name, bytes.subarray(0, hashedBytes)))) throw wrong('hash');
  return {
    version: versionOf(bytes),
    bootable: (flags & FLAG.nonBootable) === 0,
    signed: tlvs.list.some(({ type }) => SIGNATURES.has(type)),
    address: (flags & FLAG.romFixed) === 0 ? null : bytes.readUInt32LE(4),
    hash: Uint8Array.from(hash.value),
    hashedBytes,
    totalBytes: tlvs.end,
  };
}

interface Tlv {
  type: number;
  value: Uint8Array;
}

/** The header names the size of the protected TLVs; 0: there are none. */
function protectedBytes(bytes: Buffer, at: number): number {
  const named = bytes.readUInt16LE(10);
  if (bytes.readUInt16LE(8) < HEADER_BYTES) throw wrong('header-size');
  if (named === 0) return 0;
  if (tlvsOf(bytes, at, TLV_PROTECTED_MAGIC).end - at !== named) throw wrong('protected-tlv');
  return named;
}

function tlvsOf(bytes: Buffer, at: number, magic: number): { list: Tlv[]; end: number } {
  if (at + TLV_INFO_BYTES > bytes.length) throw wrong('short');
  if (bytes.readUInt16LE(at) !== magic) throw wrong('tlv-magic');
  const end = at + bytes.readUInt16LE(at + 2);
  if (end > bytes.length) throw wrong('short');
  const list: Tlv[] = [];
  let next = at + TLV_INFO_BYTES;
  while (next < end) {
    const from = next + TLV_HEAD_BYTES;
    if (from > end) throw wrong('tlv-size');
    next = from + bytes.readUInt16LE(from - 2);
    if (next > end) throw wrong('tlv-size');
    list.push({ type: bytes.readUInt16LE(from - TLV_HEAD_BYTES), value: bytes.subarray(from, next) });
  }
  return { list, end };
}

function hashOf({ list }: { list: Tlv[] }): { name: string; value: Uint8Array } {
  for (const { type, value } of list) {
    const name = HASHES.get(type);
    if (name !== undefined) return { name, value };
  }
  throw wrong('no-hash');
}

/** As the image list shows it: `1.2.3`, `1.2.3.4` with a build number (`bs_list_img_ver`, `img_mgmt_ver_str`). */
function versionOf(bytes: Buffer): string {
  const build = bytes.readUInt32LE(24);
  const version = `${bytes[20] ?? 0}.${bytes[21] ?? 0}.${bytes.readUInt16LE(22)}`;
  return build === 0 ? version : `${version}.${build}`;
}

const digest = (name: string, bytes: Uint8Array): Uint8Array => createHash(name).update(bytes).digest();
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
const wrong = (reason: string): DriverError =>
  new DriverError('image-format', 'This is no image for MCUboot, or a damaged one: sign it with imgtool.', {
    chip: 'untouched',
    context: { reason },
  });
