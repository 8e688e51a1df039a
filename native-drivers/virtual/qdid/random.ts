import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/** Gives so many bytes. */
export type Entropy = (length: number) => Uint8Array;

/** The thermal noise of real silicon: nobody can repeat it. */
export const thermal: Entropy = (length) => randomBytes(length);

/** Repeatable bytes from a seed (AES-256-CTR key stream): the dice that made a chip, and repeatable tests. */
export function streamOf(seed: Uint8Array, label: string): Entropy {
  const key = createHash('sha256').update(`${label}\0`).update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}

/** Standard normal values (Box and Muller). */
export function normals(entropy: Entropy, count: number): Float64Array {
  const bytes = Buffer.from(entropy(8 * (count + (count & 1))));
  const values = new Float64Array(count);
  for (let index = 0; index < count; index += 2) {
    const radius = Math.sqrt(-2 * Math.log((bytes.readUInt32LE(8 * index) + 1) / 2 ** 32));
    const angle = (2 * Math.PI * bytes.readUInt32LE(8 * index + 4)) / 2 ** 32;
    values[index] = radius * Math.cos(angle);
    if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** Share of a standard normal below x; Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x >= 0 ? 1 - tail : tail;
}

/** The value below which a share lies: the inverse of `normalShare`, by bisection. */
export function normalQuantile(share: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
