import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BCH } from './bch.ts';
import { distance } from './bits.ts';
import { BLOCKS, HELPER_BYTES, unpackHelper } from './helper-data.ts';
import { deriveKey } from './keys.ts';
import { helperIntact, Qdid, type Enrolment } from './qdid.ts';
import { streamOf } from './random.ts';
import { CELLS, Silicon, siliconSeed } from './silicon.ts';

const chip = (number: number, noise = 0.06, bias = 0.53) => {
  const seed = siliconSeed(Buffer.from([number]));
  return new Silicon({ seed, noise, bias, entropy: streamOf(seed, 'test noise') });
};
// Repeatable dice: a statistical test that fails once in a thousand runs teaches people to look away.
let boots = 0;
const powerUp = (silicon: Silicon) =>
  new Qdid(silicon, streamOf(Buffer.from(`boot ${(boots += 1)}`), 'test enrolment'));
function enrolled(qdid: Qdid): Enrolment {
  const enrolment = qdid.enrol();
  if (typeof enrolment === 'string') throw new Error(enrolment);
  return enrolment;
}
const share = (bits: Uint8Array) => bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
const chips = Array.from({ length: 8 }, (_, number) => number);

/** Share of the binomial distribution above `most`: what the code cannot correct. */
function tail(trials: number, rate: number, most: number): number {
  let term = (1 - rate) ** trials;
  let below = 0;
  for (let hits = 0; hits <= most; hits += 1) {
    below += term;
    term *= ((trials - hits) / (hits + 1)) * (rate / (1 - rate));
  }
  let above = 0;
  for (let hits = most + 1; hits <= trials; hits += 1) {
    above += term;
    term *= ((trials - hits) / (hits + 1)) * (rate / (1 - rate));
  }
  return Math.min(above, 1 - below + 1e-15);
}
const failureRate = (bitErrors: number) => 1 - (1 - tail(BCH.n, bitErrors, BCH.t)) ** BLOCKS;

describe('cells', () => {
  // 8 chips x 8192 cells: the spread of a share is 0.002; limits at 5 spreads.
  it.each([0.45, 0.52, 0.55, 0.6])('have the bias %s that is asked for', (bias) => {
    const mean =
      chips.reduce((sum, number) => sum + share(chip(number, 0.06, bias).read()), 0) / chips.length;
    expect(Math.abs(mean - bias)).toBeLessThan(0.01);
  });

  it.each([0, 0.03, 0.06, 0.15])('differ between two reads in the share %s that is asked for', (noise) => {
    const rates = chips.map((number) => {
      const silicon = chip(number, noise);
      return distance(silicon.read(), silicon.read()) / CELLS;
    });
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(Math.abs(mean - noise)).toBeLessThan(0.007);
  });

  it('differ between chips in about half of the places', () => {
    const reads = chips.map((number) => chip(number).read());
    const rates = reads.flatMap((one, at) => reads.slice(at + 1).map((two) => distance(one, two) / CELLS));
    // Two responses with bias b differ in 2b(1-b) = 0.498 of the places; spread 0.0055.
    for (const rate of rates) expect(Math.abs(rate - 0.498)).toBeLessThan(0.03);
  });

  it('are the same cells again for the same seed, whatever the noise', () => {
    const [one, two] = [chip(1, 0), chip(1, 0)];
    expect(one.read()).toEqual(two.read());
  });

  it('drift: a hot or cold read is further off, and the unstable cells are always the same', () => {
    const silicon = chip(2);
    const cold = silicon.read();
    const near = distance(cold, silicon.read());
    for (const temperature of [-40, 85])
      expect(distance(cold, silicon.read({ temperature }))).toBeGreaterThan(near * 1.15);
    const reads = Array.from({ length: 40 }, () => silicon.read());
    const flips = cold.map((_, cell) => new Set(reads.map((read) => read[cell])).size - 1);
    // Independent flips at 6 % would touch nearly every cell within 40 reads.
    expect(share(flips)).toBeLessThan(0.4);
  });
});

describe('fuzzy extractor', () => {
  it('rebuilds the seed at 6 % bit errors in every one of 400 reads', () => {
    for (const number of chips) {
      const qdid = powerUp(chip(number));
      const { seed, helper } = enrolled(qdid);
      for (let read = 0; read < 50; read += 1) expect(qdid.reconstruct(helper).seed).toEqual(seed);
    }
  });

  it('fails below one in a million at 6 % and mostly at 15 %, by the arithmetic of the code', () => {
    expect(failureRate(0.06)).toBeLessThan(1e-8);
    expect(failureRate(0.12)).toBeCloseTo(0.092, 3);
    expect(failureRate(0.15)).toBeCloseTo(0.832, 3);
  });

  it('fails visibly at 15 % and tells the error rate all the same', () => {
    const reads = chips.flatMap((number) => {
      const qdid = powerUp(chip(number, 0.15));
      const { helper } = enrolled(qdid);
      return Array.from({ length: 20 }, () => qdid.reconstruct(helper));
    });
    const failed = reads.filter(({ seed }) => seed === null).length / reads.length;
    expect(failed).toBeGreaterThan(0.5);
    for (const { errorRate } of reads) expect(errorRate).toBeGreaterThan(0.1);
  });

  it('estimates the noise in its score', () => {
    const score = (noise: number) => chips.map((number) => enrolled(powerUp(chip(number, noise))).score);
    for (const value of score(0.03)) expect(value).toBeGreaterThan(70);
    for (const value of score(0.06)) expect(Math.abs(value - 60)).toBeLessThan(12);
    for (const value of score(0.15)) expect(value).toBeLessThan(12);
  });

  it('gives a new helper and a new seed at each enrolment of the same chip', () => {
    const silicon = chip(3);
    const [one, two] = [enrolled(powerUp(silicon)), enrolled(powerUp(silicon))];
    expect(one.seed).not.toEqual(two.seed);
    expect(one.helper).not.toEqual(two.helper);
    expect(powerUp(silicon).reconstruct(one.helper).seed).toEqual(one.seed);
  });

  it('enrols only as the first operation after power-up', () => {
    const qdid = powerUp(chip(4));
    const { helper } = enrolled(qdid);
    expect(qdid.enrol()).toBe('not-fresh');
    const again = powerUp(chip(4));
    again.reconstruct(helper);
    expect(again.enrol()).toBe('not-fresh');
  });

  it('refuses a part too biased to fill the code', () => {
    const seed = siliconSeed(Buffer.from([5]));
    expect(powerUp(new Silicon({ seed, bias: 0.75 })).enrol()).toBe('unreliable');
  });

  it('refuses helper data of another chip', () => {
    const [one, two] = [enrolled(powerUp(chip(6))), enrolled(powerUp(chip(7)))];
    for (let read = 0; read < 20; read += 1) expect(powerUp(chip(6)).reconstruct(two.helper).seed).toBeNull();
    expect(helperIntact(one.seed, two.helper)).toBe(false);
  });

  it('refuses helper data with any one bit changed', () => {
    const silicon = chip(6);
    const { seed, helper } = enrolled(powerUp(silicon));
    fc.assert(
      fc.property(fc.nat(HELPER_BYTES * 8 - 1), (bit) => {
        const changed = Uint8Array.from(helper);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(powerUp(silicon).reconstruct(changed).seed).toBeNull();
        expect(helperIntact(seed, changed)).toBe(false);
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(helperIntact(seed, helper)).toBe(true);
  });

  it('shows no bias in the public offset, however biased the cells are', () => {
    const offsets = chips.map((number) => {
      const enrolment = enrolled(powerUp(chip(number, 0.06, 0.58)));
      const bytes = unpackHelper(enrolment.helper)!.offset;
      return (
        bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0) / (bytes.length * 8)
      );
    });
    const mean = offsets.reduce((sum, value) => sum + value, 0) / offsets.length;
    // 8 x 1785 fair bits: spread 0.0042.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.025);
  });
});

describe('keys', () => {
  const seed = Buffer.alloc(32, 7);

  it('are one per purpose and index, and the same again', () => {
    const all = (['device', 'enrolment'] as const).flatMap((purpose) =>
      [0, 1, 2].map((index) => Buffer.from(deriveKey(seed, purpose, index).spki).toString('hex')),
    );
    expect(new Set(all).size).toBe(6);
    expect(deriveKey(seed, 'device', 0)).toMatchObject({ scalar: deriveKey(seed, 'device', 0).scalar });
  });

  it('are P-256 keys that two libraries agree on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(5), (secret, index) => {
        const key = deriveKey(secret, 'device', index);
        expect(key.spki).toHaveLength(91);
        expect([...key.spki.subarray(-65)]).toEqual([...p256.getPublicKey(key.scalar, false)]);
        const message = Buffer.from('message');
        const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
        const bySelf = sign('sha256', message, key.privateKey);
        expect(verify('sha256', message, publicKey, bySelf)).toBe(true);
        const byNoble = p256.sign(message, key.scalar, { format: 'der' });
        expect(verify('sha256', message, publicKey, byNoble)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
