import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BCH, decodeBch, encodeBch } from './bch.ts';
import { distance } from './bits.ts';

const messages = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: BCH.k, maxLength: BCH.k });
const places = (count: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: BCH.n - 1 }), { minLength: count, maxLength: count });
function damaged(word: Uint8Array, at: readonly number[]): Uint8Array {
  return word.map((bit, place) => (at.includes(place) ? bit ^ 1 : bit));
}

describe('BCH [255, 47]', () => {
  it('corrects every number of errors up to 42 and counts them', () => {
    const errors = fc.integer({ min: 0, max: BCH.t }).chain(places);
    fc.assert(
      fc.property(messages, errors, (message, at) => {
        const word = encodeBch(Uint8Array.from(message));
        expect(decodeBch(damaged(word, at))).toEqual({ word, errors: at.length });
      }),
    );
  });

  it('carries the message in its last places and is linear', () => {
    fc.assert(
      fc.property(messages, messages, (a, b) => {
        const [one, two] = [encodeBch(Uint8Array.from(a)), encodeBch(Uint8Array.from(b))];
        expect([...one.subarray(BCH.n - BCH.k)]).toEqual(a);
        const sum = encodeBch(Uint8Array.from(a, (bit, index) => bit ^ b[index]!));
        expect(distance(sum, one)).toBe(two.reduce((weight, bit) => weight + bit, 0));
      }),
    );
  });

  it('has no two words closer than 85', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const weight = encodeBch(Uint8Array.from(message)).reduce((sum, bit) => sum + bit, 0);
        expect(weight === 0 || weight >= 2 * BCH.t + 1).toBe(true);
      }),
    );
  });

  it('never calls a word right that is not one of the code', () => {
    fc.assert(
      fc.property(messages, places(60), (message, at) => {
        const decoded = decodeBch(damaged(encodeBch(Uint8Array.from(message)), at));
        if (decoded === null) return;
        expect(encodeBch(decoded.word.subarray(BCH.n - BCH.k))).toEqual(decoded.word);
      }),
    );
  });
});
