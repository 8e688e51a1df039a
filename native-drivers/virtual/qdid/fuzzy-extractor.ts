import { timingSafeEqual } from 'node:crypto';
import { BCH, decodeBch, encodeBch } from './bch.ts';
import { distance, packBits, unpackBits, xorBits } from './bits.ts';
import { BLOCKS, CODE_BITS, packUntagged, PAIRS, type HelperData } from './helper-data.ts';
import { helperTag, seedOf } from './keys.ts';
import type { Entropy } from './random.ts';

export interface Extracted {
  seed: Uint8Array;
  /** The enrolled, debiased response: CODE_BITS bits. Secret. */
  reference: Uint8Array;
  /** Bits in which this read differed from the enrolled one. */
  errors: number;
}

/** Code-offset fuzzy extractor, enrolment. Null when too few pairs are left after debiasing. */
export function generate(
  response: Uint8Array,
  entropy: Entropy,
): (Extracted & { helper: HelperData }) | null {
  const mask = choosePairs(response);
  if (mask === null) return null;
  const reference = usedBits(response, mask);
  const offset = packBits(xorBits(reference, randomCodeWords(entropy)));
  const salt = Uint8Array.from(entropy(32));
  const seed = seedOf(packBits(reference), salt);
  const untagged = { salt, mask: packBits(mask), offset };
  const helper = { ...untagged, tag: helperTag(seed, packUntagged(untagged)) };
  return { seed, reference, errors: 0, helper };
}

/**
 * Rebuilds the seed from a fresh read. Null when the read is too far off, or the helper data is not this chip's, or was
 * changed: one answer for all, so that a forger of helper data learns nothing from the kind of failure.
 */
export function reproduce(response: Uint8Array, helper: HelperData): Extracted | null {
  const fresh = usedBits(response, unpackBits(helper.mask, PAIRS));
  if (fresh.length !== CODE_BITS) return null;
  const offset = unpackBits(helper.offset, CODE_BITS);
  const noisy = xorBits(fresh, offset);
  const words = new Uint8Array(CODE_BITS);
  for (let at = 0; at < CODE_BITS; at += BCH.n) {
    const decoded = decodeBch(noisy.subarray(at, at + BCH.n));
    if (decoded === null) return null;
    words.set(decoded.word, at);
  }
  const reference = xorBits(words, offset);
  const seed = seedOf(packBits(reference), helper.salt);
  if (!tagHolds(seed, helper)) return null;
  return { seed, reference, errors: distance(fresh, reference) };
}

/** Whether helper data is as it was made, for one who holds the seed. */
export function tagHolds(seed: Uint8Array, helper: HelperData): boolean {
  return timingSafeEqual(helperTag(seed, packUntagged(helper)), helper.tag);
}

/** The response bits that the mask names, in order. */
export function usedBits(response: Uint8Array, mask: Uint8Array): Uint8Array {
  const bits = new Uint8Array(PAIRS);
  let count = 0;
  for (let pair = 0; pair < PAIRS; pair += 1) if (mask[pair] === 1) bits[count++] = response[2 * pair] ?? 0;
  return bits.subarray(0, count);
}

/** Von Neumann: of two biased cells that differ the first is 0 or 1 with equal chance, whatever the bias. */
function choosePairs(response: Uint8Array): Uint8Array | null {
  const mask = new Uint8Array(PAIRS);
  let left = CODE_BITS;
  for (let pair = 0; pair < PAIRS && left > 0; pair += 1) {
    if (response[2 * pair] === response[2 * pair + 1]) continue;
    mask[pair] = 1;
    left -= 1;
  }
  return left === 0 ? mask : null;
}

function randomCodeWords(entropy: Entropy): Uint8Array {
  const words = new Uint8Array(CODE_BITS);
  for (let block = 0; block < BLOCKS; block += 1) {
    const message = unpackBits(entropy(Math.ceil(BCH.k / 8)), BCH.k);
    words.set(encodeBch(message), block * BCH.n);
  }
  return words;
}
