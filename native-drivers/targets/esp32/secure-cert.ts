import { crc32 } from 'node:zlib';
import { artefactError } from '#drivers/artefacts/errors.ts';

/**
 * The partition that ESP-IDF's component esp_secure_cert_mgr reads certificates from: docs/format.md, and
 * private_include/esp_secure_cert_tlv_private.h for the header. Twelve bytes of header, the data, zeros up to a
 * multiple of sixteen of the data, CRC-32 of all of it, from FFFFFFFF as the chip's `esp_crc32_le` takes it.
 */
export const SECURE_CERT_ADDRESS = 0xd000;
export const SECURE_CERT_BYTES = 0x2000;
const MAGIC = 0xba5eba11;
const HEADER_BYTES = 12;
const CRC_BYTES = 4;
const ALIGNMENT = 16;
const CRC_START = 0xffffffff;
const LONGEST = 0xffff;

/** `esp_secure_cert_tlv_type_t` (include/esp_secure_cert_tlv_config.h). */
export const SECURE_CERT_TYPE = {
  caCertificate: 0,
  deviceCertificate: 1,
  privateKey: 2,
  dsData: 3,
  dsContext: 4,
  ecdsaKeySalt: 5,
  securityConfiguration: 6,
  userData1: 51,
  userData2: 52,
  userData3: 53,
  userData4: 54,
  userData5: 55,
} as const;

/** `ESP_SECURE_CERT_TLV_FLAG_...`: a key that the chip's HMAC makes, or that stands in an eFuse block. */
export const SECURE_CERT_FLAG = { hmacDerivedKey: 1 << 6, keyInEfuse: 1 << 3 } as const;

export interface SecureCertEntry {
  type: number;
  /** Index among entries of one type. */
  subtype: number;
  flags: number;
  data: Uint8Array;
}

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

/** PEM in this partition ends with a zero; DER stays as it is. */
export const pemData = (pem: string): Uint8Array => Buffer.from(`${pem}\0`, 'latin1');

/** The whole partition, FF behind the last entry. Throws `bad-argument` where it does not fit, or names one twice. */
export function buildSecureCert(
  entries: readonly SecureCertEntry[],
  size: number = SECURE_CERT_BYTES,
): Uint8Array {
  const partition = new Uint8Array(size).fill(0xff);
  const seen = new Set<string>();
  let at = 0;
  for (const entry of entries) {
    const name = `type ${entry.type}, subtype ${entry.subtype}`;
    if (seen.has(name)) throw artefactError('esp_secure_cert', name, 'is there twice');
    seen.add(name);
    const bytes = encodeEntry(entry, name);
    if (at + bytes.length > size)
      throw artefactError('esp_secure_cert', name, 'does not fit the partition', { size });
    partition.set(bytes, at);
    at += bytes.length;
  }
  return partition;
}

function encodeEntry({ type, subtype, flags, data }: SecureCertEntry, name: string): Uint8Array {
  if (data.length > LONGEST) throw artefactError('esp_secure_cert', name, 'is too long');
  const bytes = Buffer.alloc(HEADER_BYTES + padded(data.length) + CRC_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes[4] = flags;
  bytes[8] = type;
  bytes[9] = subtype;
  bytes.writeUInt16LE(data.length, 10);
  bytes.set(data, HEADER_BYTES);
  const end = bytes.length - CRC_BYTES;
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end), CRC_START) >>> 0, end);
  return bytes;
}

/** Entries up to the first that has no magic. Throws `bad-argument` for one that is cut off or whose CRC is wrong. */
export function parseSecureCert(partition: Uint8Array): SecureCertEntry[] {
  const bytes = Buffer.from(partition.buffer, partition.byteOffset, partition.length);
  const entries: SecureCertEntry[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length && bytes.readUInt32LE(at) === MAGIC;) {
    const length = bytes.readUInt16LE(at + 10);
    const end = at + HEADER_BYTES + padded(length);
    if (end + CRC_BYTES > bytes.length) throw artefactError('esp_secure_cert', `offset ${at}`, 'is cut off');
    if (bytes.readUInt32LE(end) !== crc32(bytes.subarray(at, end), CRC_START) >>> 0)
      throw artefactError('esp_secure_cert', `offset ${at}`, 'has a wrong CRC');
    const data = Uint8Array.from(bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    entries.push({ type: bytes[at + 8] ?? 0, subtype: bytes[at + 9] ?? 0, flags: bytes[at + 4] ?? 0, data });
    at = end + CRC_BYTES;
  }
  return entries;
}
