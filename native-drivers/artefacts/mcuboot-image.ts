import { createHash, timingSafeEqual } from 'node:crypto';
import { artefactError } from './errors.ts';

/** MCUboot, boot/bootutil/include/bootutil/image.h: header of 32 bytes, then image, then TLVs. */
const MAGIC = 0x96f3b83d;
const HEADER = 32;
const TLV_INFO = 4;
const TLV_PROTECTED = 0x6908;
const TLV_PLAIN = 0x6907;
const TLV_SHA256 = 0x10;

export interface McubootImage {
  /** `5.2.0+431` */
  version: string;
  /** It carries a signature; whose, only its boot loader tells. */
  signed: boolean;
}

const refuse = (field: string, problem: string) => artefactError('mcuboot-image', field, problem);

/** Reads header and TLVs, and holds the image against the hash it carries. Throws DriverError `bad-argument`. */
export function parseMcubootImage(bytes: Uint8Array): McubootImage {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < HEADER || file.readUInt32LE(0) !== MAGIC) throw refuse('magic', 'is not 96F3B83D');
  const [header, protectedTlvs, image] = [file.readUInt16LE(8), file.readUInt16LE(10), file.readUInt32LE(12)];
  const end = header + image;
  if (header < HEADER || end + protectedTlvs + TLV_INFO > file.length)
    throw refuse('size', 'the file is cut off');
  if (protectedTlvs > 0) tlvsAt(file, end, TLV_PROTECTED);
  const tlvs = tlvsAt(file, end + protectedTlvs, TLV_PLAIN);
  const hash = tlvs.get(TLV_SHA256);
  if (hash?.length !== 32) throw refuse('hash', 'is missing');
  const found = createHash('sha256')
    .update(file.subarray(0, end + protectedTlvs))
    .digest();
  if (!timingSafeEqual(found, hash)) throw refuse('hash', 'is that of another image');
  const version = `${file.readUInt8(20)}.${file.readUInt8(21)}.${file.readUInt16LE(22)}+${file.readUInt32LE(24)}`;
  // Signatures are 20 (RSA-2048) to 24 (Ed25519).
  return { version, signed: [...tlvs.keys()].some((type) => type >= 0x20 && type <= 0x24) };
}

function tlvsAt(file: Buffer, at: number, magic: number): Map<number, Buffer> {
  if (file.readUInt16LE(at) !== magic) throw refuse('tlv', `no ${magic.toString(16)} behind the image`);
  const end = at + file.readUInt16LE(at + 2);
  if (end > file.length) throw refuse('tlv', 'is cut off');
  const found = new Map<number, Buffer>();
  for (let next = at + TLV_INFO; next < end;) {
    const body = next + TLV_INFO;
    const length = body <= end ? file.readUInt16LE(next + 2) : 0;
    if (body + length > end) throw refuse('tlv', 'is cut off');
    found.set(file.readUInt16LE(next), file.subarray(body, body + length));
    next = body + length;
  }
  return found;
}
