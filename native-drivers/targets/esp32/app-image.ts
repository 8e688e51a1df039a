import type { Image } from '#drivers/core/image.ts';

/** `esp_image_header_t`: ESP-IDF, esp_app_format.h (magic, sizes, chip id at 12, revisions at 15 and 17, hash at 23). */
const IMAGE_MAGIC = 0xe9;
const HEADER_BYTES = 24;
const SEGMENT_HEADER_BYTES = 8;
const MOST_SEGMENTS = 16;
/** `esp_app_desc_t`: ESP-IDF, esp_app_desc.h; first thing in the first segment. */
const DESCRIPTOR_MAGIC = 0xabcd5432;
const DESCRIPTOR_BYTES = 256;
/** Secure boot version 2: ESP-IDF, "Secure Boot v2", "Signature Block Format": on the next sector, E7 02. */
const SIGNATURE_MAGIC = 0xe7;
const SIGNATURE_VERSION = 0x02;
const SECTOR = 0x1000;
const HASH_BYTES = 32;

/** What ESP-IDF writes into an application about itself. */
interface AppDescriptor {
  secureVersion: number;
  version: string;
  project: string;
  compiled: string;
  idfVersion: string;
  /** SHA-256 of the ELF file, hex. */
  elfSha256: string;
}

/** A boot loader or application in an image. */
export interface AppImage {
  address: number;
  chipId: number;
  /** Revisions of the chip that it runs on: major x 100 + minor. */
  minRevision: number;
  maxRevision: number;
  descriptor: AppDescriptor | null;
  /** A signature of secure boot version 2 follows it. */
  signed: boolean;
}

/** Bytes of an image, null where it has none. */
function bytesAt(image: Image, address: number, length: number): Buffer | null {
  const segment = image.segments.find(
    (one) => address >= one.address && address + length <= one.address + one.bytes.length,
  );
  if (segment === undefined) return null;
  const from = address - segment.address;
  return Buffer.from(segment.bytes.buffer, segment.bytes.byteOffset + from, length);
}

/** The boot loader or application at an address; null where there is none. */
export function readApp(image: Image, address: number): AppImage | null {
  const header = bytesAt(image, address, HEADER_BYTES);
  if (header?.[0] !== IMAGE_MAGIC || !isPlausible(header)) return null;
  return {
    address,
    chipId: header.readUInt16LE(12),
    minRevision: header.readUInt16LE(15),
    maxRevision: header.readUInt16LE(17),
    descriptor: readDescriptor(image, address),
    signed: isSigned(image, address, header),
  };
}

const isPlausible = (header: Buffer): boolean => {
  const segments = header[1] ?? 0;
  return segments >= 1 && segments <= MOST_SEGMENTS && (header[23] ?? 2) <= 1;
};

function readDescriptor(image: Image, address: number): AppDescriptor | null {
  const bytes = bytesAt(image, address + HEADER_BYTES + SEGMENT_HEADER_BYTES, DESCRIPTOR_BYTES);
  if (bytes?.readUInt32LE(0) !== DESCRIPTOR_MAGIC) return null;
  const text = (from: number, length: number): string =>
    bytes
      .toString('latin1', from, from + length)
      .replace(/\0.*$/s, '')
      .replace(/[^\x20-\x7e]/g, '?');
  return {
    secureVersion: bytes.readUInt32LE(4),
    version: text(16, 32),
    project: text(48, 32),
    compiled: `${text(96, 16)} ${text(80, 16)}`.trim(),
    idfVersion: text(112, 32),
    elfSha256: bytes.toString('hex', 144, 176),
  };
}

function isSigned(image: Image, address: number, header: Buffer): boolean {
  let end = address + HEADER_BYTES;
  for (let segment = 0; segment < (header[1] ?? 0); segment += 1) {
    const length = bytesAt(image, end, SEGMENT_HEADER_BYTES)?.readUInt32LE(4);
    if (length === undefined) return false;
    end += SEGMENT_HEADER_BYTES + length;
  }
  // A checksum byte fills up the last sixteen, a hash may follow.
  const used = Math.floor((end - address) / 16) * 16 + 16 + (header[23] === 1 ? HASH_BYTES : 0);
  const block = bytesAt(image, address + Math.ceil(used / SECTOR) * SECTOR, 2);
  return block?.[0] === SIGNATURE_MAGIC && block[1] === SIGNATURE_VERSION;
}
