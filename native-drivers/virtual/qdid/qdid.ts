import { distance, unpackBits } from './bits.ts';
import { generate, reproduce, tagHolds, usedBits, type Extracted } from './fuzzy-extractor.ts';
import { CODE_BITS, packHelper, PAIRS, unpackHelper, type HelperData } from './helper-data.ts';
import type { Entropy } from './random.ts';
import type { ReadConditions, Silicon } from './silicon.ts';

/** Reads after the enrolling one, from which the score is estimated. */
const SCORE_READS = 8;
/** Error rate at which the score is 0: about where the code gives up. */
const SCORE_ZERO_RATE = 0.15;
/** A part above this is refused outright: half of what no information at all would give. */
const REFUSED_RATE = 0.25;

export type QdidRefusal = 'not-fresh' | 'unreliable';

export interface Enrolment {
  seed: Uint8Array;
  helper: Uint8Array;
  /** 0..100: 100 x (1 - mean error rate / 0.15), rounded. */
  score: number;
  errorRate: number;
}

export interface Reconstruction {
  seed: Uint8Array | null;
  /** Against the enrolled response; null when that is not known because nothing was rebuilt since power-up. */
  errorRate: number | null;
}

/** The QDID block of one chip from one power-up to the next. */
export class Qdid {
  readonly #silicon: Silicon;
  readonly #entropy: Entropy;
  #fresh = true;
  #reference: Uint8Array | null = null;

  constructor(silicon: Silicon, entropy: Entropy) {
    this.#silicon = silicon;
    this.#entropy = entropy;
  }

  /** Must be the first operation since power-up: the enrolled response is the one of cells that nothing has touched yet. */
  enrol(conditions: ReadConditions = {}): Enrolment | QdidRefusal {
    if (!this.#fresh) return 'not-fresh';
    this.#fresh = false;
    const made = generate(this.#silicon.read(conditions, this.#entropy), this.#entropy);
    if (made === null) return 'unreliable';
    const errorRate = this.#estimate(made, made.helper, conditions);
    if (errorRate > REFUSED_RATE) return 'unreliable';
    this.#reference = made.reference;
    const score = Math.max(0, Math.round(100 * (1 - errorRate / SCORE_ZERO_RATE)));
    return { seed: made.seed, helper: packHelper(made.helper), score, errorRate };
  }

  /** One fresh read against the helper data. */
  reconstruct(helperBytes: Uint8Array, conditions: ReadConditions = {}): Reconstruction {
    this.#fresh = false;
    const helper = unpackHelper(helperBytes);
    if (helper === null) return { seed: null, errorRate: null };
    const response = this.#silicon.read(conditions);
    const rebuilt = reproduce(response, helper);
    this.#reference ??= rebuilt?.reference ?? null;
    return { seed: rebuilt?.seed ?? null, errorRate: this.#rateOf(response, helper) };
  }

  /** Power goes: what was rebuilt is wiped. */
  stop(): void {
    this.#reference?.fill(0);
    this.#reference = null;
  }

  #rateOf(response: Uint8Array, helper: HelperData): number | null {
    const fresh = usedBits(response, unpackBits(helper.mask, PAIRS));
    if (this.#reference === null || fresh.length !== CODE_BITS) return null;
    return distance(fresh, this.#reference) / CODE_BITS;
  }

  #estimate(made: Extracted, helper: HelperData, conditions: ReadConditions): number {
    const mask = unpackBits(helper.mask, PAIRS);
    let errors = 0;
    for (let read = 0; read < SCORE_READS; read += 1)
      errors += distance(usedBits(this.#silicon.read(conditions), mask), made.reference);
    return errors / (SCORE_READS * CODE_BITS);
  }
}

/** Whether stored helper data is as it was made, for one who holds the seed. */
export function helperIntact(seed: Uint8Array, helperBytes: Uint8Array): boolean {
  const helper = unpackHelper(helperBytes);
  return helper !== null && tagHolds(seed, helper);
}
