import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';

/** MCUboot documentation, "Image Format": header, TLV areas and their types (`bootutil/image.h`). Little-endian. */
const MAGIC = 0x96f3b83d;
const TLV_INFO_MAGIC = 0x6907;
const TLV = { keyHash: 0x01, sha256: 0x10, ecdsa: 0x22 } as const;
/** Room of the header in front of the vector table, as Zephyr has it (CONFIG_ROM_START_OFFSET). */
const HEADER_BYTES = 0x200;

/** A file as `imgtool sign` makes it: header, body, SHA-256 and, with a P-256 key, the signature of both. */
export function mcubootImage(
  version: readonly [major: number, minor: number, revision: number],
  body: Uint8Array,
  key: KeyObject | null,
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(HEADER_BYTES, 8);
  header.writeUInt32LE(body.length, 12);
  header.set([version[0], version[1]], 20);
  header.writeUInt16LE(version[2], 22);
  const hashed = Buffer.concat([header, body]);
  const tlvs = [tlv(TLV.sha256, sha256(hashed)), ...(key === null ? [] : signature(hashed, key))];
  const length = 4 + tlvs.reduce((sum, one) => sum + one.length, 0);
  return Buffer.concat([hashed, pair(TLV_INFO_MAGIC, length), ...tlvs]);
}

function signature(hashed: Uint8Array, key: KeyObject): Buffer[] {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return [tlv(TLV.keyHash, sha256(spki)), tlv(TLV.ecdsa, sign('sha256', hashed, key))];
}

const tlv = (type: number, value: Uint8Array): Buffer => Buffer.concat([pair(type, value.length), value]);

function pair(first: number, second: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(first, 0);
  bytes.writeUInt16LE(second, 2);
  return bytes;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
