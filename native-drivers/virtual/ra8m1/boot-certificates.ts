import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CODE_END, CODE_START } from './memory-map.ts';
import type { Part } from './part.ts';
import { RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DETAIL } from './protocol.ts';

/**
 * The boot chain as the ROM checks it: OEM root key > key certificate > boot loader key > code certificate > flash.
 * Magic numbers, type words and offsets as public RA8 signing tools write them; little-endian, raw P-256.
 */
const KEY_CERTIFICATE = 208;
const CODE_CERTIFICATE = 216;
const KEY_MAGIC = 0x6b657963;
const CODE_MAGIC = 0x636f6463;
const MANIFEST_VERSION = 0x00010000;
const HIGHEST_VERSION = 64;
const SMALLEST_IMAGE = 64;
const NO_ADDRESS = 0xffffffff;

/** [offset, type word] of each field, in order. */
const KEY_FIELDS = [
  [36, 0x00088010],
  [104, 0x10144008],
  [140, 0x20088410],
] as const;
const CODE_FIELDS = [
  [36, 0x01088010],
  [104, 0x40000001],
  [112, 0x10144008],
  [148, 0x25088410],
] as const;

/** Checks both against flash and root key and returns the image version. Refuses with D0, DB or DC. */
export function checkBootChain(part: Part, key: Uint8Array, code: Uint8Array): number {
  checkLayout(key, KEY_CERTIFICATE, KEY_MAGIC, 172, KEY_FIELDS);
  checkLayout(code, CODE_CERTIFICATE, CODE_MAGIC, 180, CODE_FIELDS);
  const root = key.subarray(40, 104);
  const hash = key.subarray(108, 140);
  require(part.rootKey?.publicKey == null || same(part.rootKey.publicKey, root));
  require(holds(root, key.subarray(0, 140), key.subarray(144)));
  const bootloaderKey = code.subarray(40, 104);
  require(same(hash, createHash('sha256').update(bootloaderKey).digest()));
  require(same(hash, code.subarray(116, 148)));
  const image = imageInFlash(part, code);
  const signed = Buffer.concat([code.subarray(0, 148), image]);
  require(holds(bootloaderKey, signed, code.subarray(152)));
  return checkVersion(part, word(code, 24));
}

/** True where the part would boot: nothing certified yet, or everything still holds. */
export function bootChainHolds(part: Part): boolean {
  if (part.certificates === null) return true;
  try {
    checkBootChain(part, part.certificates.key, part.certificates.code);
    return true;
  } catch (error) {
    if (error instanceof RomRefusal) return false;
    throw error;
  }
}

function checkLayout(
  bytes: Uint8Array,
  size: number,
  magic: number,
  tlvBytes: number,
  fields: readonly (readonly [number, number])[],
): void {
  const right =
    bytes.length === size &&
    word(bytes, 0) === magic &&
    word(bytes, 4) === MANIFEST_VERSION &&
    word(bytes, 32) === tlvBytes &&
    fields.every(([offset, type]) => word(bytes, offset) === type);
  if (!right) throw new RomRefusal(STATUS.address);
}

/** Load address first, destination as second choice: public tools set both to the start of the boot loader. */
function imageInFlash(part: Part, code: Uint8Array): Uint8Array {
  const size = word(code, 20);
  for (const start of [word(code, 12), word(code, 16)]) {
    if (start < CODE_START || start + size - 1 > CODE_END || size < SMALLEST_IMAGE) continue;
    const image = part.flash.read(start, size);
    if (crc32(image) === word(code, 108)) return image;
  }
  throw mismatch();
}

function checkVersion(part: Part, version: number): number {
  if (version < 1 || version > HIGHEST_VERSION) throw new RomRefusal(STATUS.address);
  if (version < part.rollbackCounter)
    throw new RomRefusal(STATUS.versionTooLow, NO_ADDRESS, DETAIL.versionTooLow);
  return version;
}

function require(condition: boolean): void {
  if (!condition) throw mismatch();
}

function mismatch(): RomRefusal {
  return new RomRefusal(STATUS.mismatch, NO_ADDRESS, DETAIL.certificate);
}

function word(bytes: Uint8Array, offset: number): number {
  return offset + 4 <= bytes.length
    ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(offset, true)
    : 0;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function holds(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = p256(publicKey);
  return key !== null && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Null where the point is not on the curve. */
export function p256(publicKey: Uint8Array): KeyObject | null {
  const [x, y] = [publicKey.subarray(0, 32), publicKey.subarray(32, 64)].map((half) =>
    Buffer.from(half).toString('base64url'),
  );
  try {
    return createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' },
      format: 'jwk',
    });
  } catch {
    return null;
  }
}
