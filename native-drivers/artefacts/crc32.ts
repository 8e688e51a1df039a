import { crc32 } from 'node:zlib';

/**
 * CRC-32/MPEG-2: the checksum of an .rkey file. Polynomial 04C11DB7, initial FFFFFFFF, not reflected, no final XOR
 * (catalogue of parametrised CRC algorithms, check value 0376E6E7).
 * It is the bit-reversed and inverted CRC-32/ISO-HDLC of the bit-reversed bytes, so zlib does the arithmetic.
 */
export function crc32Mpeg2(bytes: Uint8Array): number {
  return ~reverseWord(crc32(bytes.map(reverseByte))) >>> 0;
}

/** CRC-32/ISO-HDLC (IEEE 802.3), as code certificates and the boot ROM's CRC command use it. */
export function crc32IsoHdlc(bytes: Uint8Array): number {
  return crc32(bytes);
}

function reverseByte(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit += 1) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}

function reverseWord(word: number): number {
  const [a, b, c, d] = [24, 16, 8, 0].map((shift) => reverseByte((word >>> shift) & 0xff));
  return (((d ?? 0) << 24) | ((c ?? 0) << 16) | ((b ?? 0) << 8) | (a ?? 0)) >>> 0;
}
