/**
 * Check bytes of the eFuse blocks of the ESP32-C3 and its like: RS(44,32). espefuse burns with `reedsolo.RSCodec(12)`
 * (its esp32c3/fields.py, `apply_coding_scheme`), that is the field of x^8 + x^4 + x^3 + x^2 + 1, first root 2^0.
 */
const POLYNOMIAL = 0x11d;

const exponents = new Uint8Array(510);
const logarithms = new Uint8Array(256);
for (let index = 0, value = 1; index < 255; index += 1) {
  exponents[index] = value;
  exponents[index + 255] = value;
  logarithms[value] = index;
  value = (value << 1) ^ (value & 0x80 ? POLYNOMIAL : 0);
}

function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return exponents[(logarithms[a] ?? 0) + (logarithms[b] ?? 0)] ?? 0;
}

/** Coefficients of the product of x - 2^i for i below `count`, without the first, which is one. */
function generator(count: number): Uint8Array {
  let polynomial = Uint8Array.of(1);
  for (let root = 0; root < count; root += 1) {
    const next = new Uint8Array(polynomial.length + 1);
    polynomial.forEach((coefficient, index) => {
      next[index] = (next[index] ?? 0) ^ coefficient;
      next[index + 1] = multiply(coefficient, exponents[root] ?? 0);
    });
    polynomial = next;
  }
  return polynomial.subarray(1);
}

/** The check bytes that follow `data`: what is left when it is divided by the generator. */
export function checkBytes(data: Uint8Array, count: number): Uint8Array {
  const divisor = generator(count);
  const rest = new Uint8Array(count);
  for (const byte of data) {
    const factor = byte ^ (rest[0] ?? 0);
    rest.copyWithin(0, 1);
    rest[count - 1] = 0;
    for (let index = 0; index < count; index += 1)
      rest[index] = (rest[index] ?? 0) ^ multiply(divisor[index] ?? 0, factor);
  }
  return rest;
}
