import { createHash } from 'node:crypto';
import { normalQuantile, normals, normalShare, streamOf, thermal, type Entropy } from './random.ts';

/** Cells of the array; one response bit each. */
export const CELLS = 8192;
const DEFAULT_BIAS = 0.53;
const DEFAULT_NOISE = 0.06;
/** Temperature at which cells were sorted, degrees Celsius, and how far one degree moves a cell, in cell spreads. */
const REFERENCE_TEMPERATURE = 25;
const DRIFT_PER_DEGREE = 0.003;

export interface SiliconOptions {
  /** The dice of manufacturing: the same seed is the same chip. */
  seed: Uint8Array;
  /** Share of ones, 0.4..0.6. Default 0.53. */
  bias?: number;
  /** Share of bits that differ between two reads at one temperature, 0..0.3. Default 0.06. */
  noise?: number;
  /** Source of the noise; default: not repeatable. */
  entropy?: Entropy;
}

export interface ReadConditions {
  temperature?: number;
  noise?: number;
}

/**
 * The cell array of a PUF. Each cell has a fixed skew from manufacturing, a fixed temperature coefficient, and fresh
 * noise on every read; a read gives the sign of the sum (docs/qdid-model.md). So most cells are stable, a few flip
 * often, and those few are always the same ones.
 */
export class Silicon {
  readonly #skew: Float64Array;
  readonly #drift: Float64Array;
  readonly #noise: number;
  readonly #entropy: Entropy;
  #thresholds: { key: string; values: Uint32Array } | null = null;

  constructor(options: SiliconOptions) {
    const dice = streamOf(options.seed, 'qdid cells');
    const mean = normalQuantile(options.bias ?? DEFAULT_BIAS);
    this.#skew = normals(dice, CELLS).map((value) => value + mean);
    this.#drift = normals(dice, CELLS);
    this.#noise = options.noise ?? DEFAULT_NOISE;
    this.#entropy = options.entropy ?? thermal;
  }

  /** One power-up read: CELLS bits, a byte 0 or 1 each. */
  read(conditions: ReadConditions = {}, entropy: Entropy = this.#entropy): Uint8Array {
    const thresholds = this.#thresholdsAt(conditions);
    // A copy, because a view of 32-bit words must begin at a word.
    const dice = new Uint32Array(Uint8Array.from(entropy(4 * CELLS)).buffer);
    const bits = new Uint8Array(CELLS);
    for (let cell = 0; cell < CELLS; cell += 1)
      bits[cell] = (dice[cell] ?? 0) < (thresholds[cell] ?? 0) ? 1 : 0;
    return bits;
  }

  /** Chance of a one per cell, scaled to 2^32, under these conditions. */
  #thresholdsAt(conditions: ReadConditions): Uint32Array {
    const temperature = conditions.temperature ?? REFERENCE_TEMPERATURE;
    const noise = conditions.noise ?? this.#noise;
    const key = `${temperature} ${noise}`;
    if (this.#thresholds?.key === key) return this.#thresholds.values;
    const sigma = noiseSpread(noise);
    const shift = DRIFT_PER_DEGREE * (temperature - REFERENCE_TEMPERATURE);
    const values = Uint32Array.from(this.#skew, (skew, cell) => {
      const level = skew + shift * (this.#drift[cell] ?? 0);
      const chance = sigma === 0 ? Number(level > 0) : normalShare(level / sigma);
      return Math.min(2 ** 32 - 1, Math.round(chance * 2 ** 32));
    });
    this.#thresholds = { key, values };
    return values;
  }
}

/**
 * Spread of the noise, in cell spreads, at which two reads differ in `rate` of the bits. Two reads of a cell are normal
 * values with correlation 1/(1+s^2); their signs differ with probability arccos(1/(1+s^2))/pi.
 */
function noiseSpread(rate: number): number {
  return Math.sqrt(1 / Math.cos(Math.PI * rate) - 1);
}

/** Manufacturing seed of the virtual part with this unique id. The model's own: in silicon nothing computes this. */
export function siliconSeed(uid: Uint8Array): Uint8Array {
  return createHash('sha256').update('rootline virtual silicon\0').update(uid).digest();
}
