import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atWrongRate } from './wrong-rate.ts';

describe('a receiver at another rate', () => {
  it('hears every byte as it is at the right rate, and within the two per cent that a UART forgives', () => {
    const rates = fc.constantFrom(1, 0.98, 1.02);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), rates, (bytes, ratio) => {
        // Off by two per cent, each byte is found by its own start bit.
        expect([...atWrongRate(bytes, ratio)]).toEqual([...bytes]);
      }),
    );
  });

  it('hears the textbook bytes of half and double rate', () => {
    // 0x7f at half the receiver's rate: a start bit two bits long, then ones.
    expect([...atWrongRate(Uint8Array.of(0x7f), 0.5)]).toEqual([0xfe, 0xfe]);
    // Sent twice as fast as is listened: every other bit is seen.
    expect([...atWrongRate(Uint8Array.of(0x55), 2)]).toHaveLength(1);
  });

  it('ends, whatever comes at whatever rate', () => {
    const ratio = fc.double({ min: 0.05, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), ratio, (bytes, by) => {
        expect(atWrongRate(bytes, by).length).toBeLessThanOrEqual(
          (bytes.length * 10) / (9.5 * by) + bytes.length + 1,
        );
      }),
    );
  });
});
