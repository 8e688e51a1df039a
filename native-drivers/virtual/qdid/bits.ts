/** Bits as bytes 0 and 1, packed with the first bit highest; the last byte is filled with zeros. */
export function packBits(bits: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (7 - (index & 7)));
  });
  return bytes;
}

export function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  const bits = new Uint8Array(count);
  for (let index = 0; index < count; index += 1)
    bits[index] = ((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;
  return bits;
}

export function xorBits(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((bit, index) => bit ^ (b[index] ?? 0));
}

/** In how many places two equally long words differ. */
export function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, bit, index) => sum + (bit ^ (b[index] ?? 0)), 0);
}
