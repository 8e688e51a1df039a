import { crc32 } from 'node:zlib';
import { SUFFIX_BYTES } from './constants.ts';
import { formError } from './errors.ts';

/** The last 16 bytes of a DFU file (DFU 1.1, appendix B). 0xffff in a number: any. */
export interface DfuSuffix {
  vendorId: number;
  productId: number;
  /** bcdDevice. */
  release: number;
  /** bcdDFU: 0x0100 for a plain file, 0x011a for ST's. */
  version: number;
  /** Bytes of the suffix itself. */
  length: number;
}

const ANY = 0xffff;
const SIGNATURE = 'UFD';

/** Null: a file without one. Throws `bad-frame` where the signature stands and the rest does not hold. */
export function readSuffix(file: Uint8Array): DfuSuffix | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const at = bytes.length - SUFFIX_BYTES;
  if (at < 0 || bytes.toString('latin1', at + 8, at + 11) !== SIGNATURE) return null;
  const length = bytes.readUInt8(at + 11);
  if (length < SUFFIX_BYTES || length > bytes.length)
    throw formError('DFU suffix', 'has a length of its own that it cannot have', { length });
  if (bytes.readUInt32LE(at + 12) !== suffixCrc(bytes.subarray(0, at + 12)))
    throw formError('DFU suffix', 'the CRC does not hold');
  return {
    ...{ release: bytes.readUInt16LE(at), productId: bytes.readUInt16LE(at + 2) },
    ...{ vendorId: bytes.readUInt16LE(at + 4), version: bytes.readUInt16LE(at + 6), length },
  };
}

/** CRC-32 without its last complement, over all but its own four bytes (DFU 1.1, appendix B). */
export const suffixCrc = (bytes: Uint8Array): number => ~crc32(bytes) >>> 0;

/** True where the file says that it is for this device, or for any. */
export function suits(suffix: DfuSuffix, device: { vendorId: number; productId: number }): boolean {
  const { vendorId, productId } = suffix;
  return (
    (vendorId === ANY || vendorId === device.vendorId) &&
    (productId === ANY || productId === device.productId)
  );
}
