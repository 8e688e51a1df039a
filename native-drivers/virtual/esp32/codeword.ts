/** GF(256) of the eFuse controller's Reed-Solomon code: x^8 + x^4 + x^3 + x^2 + 1, generator 2 (as espefuse's coder). */
const POLYNOMIAL = 0x11d;

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    if ((b >> bit) & 1) product ^= a << bit;
  }
  for (let bit = 15; bit >= 8; bit -= 1) {
    if ((product >> bit) & 1) product ^= POLYNOMIAL << (bit - 8);
  }
  return product;
}

/** Whether 44 bytes are a codeword: the roots of the generator, 2^0 to 2^11, are roots of it. */
export function isCodeword(bytes: Uint8Array): boolean {
  let root = 1;
  for (let index = 0; index < 12; index += 1) {
    if (bytes.reduce((sum, byte) => times(sum, root) ^ byte, 0) !== 0) return false;
    root = times(root, 2);
  }
  return true;
}
