import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whyFull } from './places.ts';

const free = { debited: false };
const debited = { debited: true };
const room = { quantity: 8, made: 5, unknown: 1, allowanceLeft: 10 };

describe('whyFull', () => {
  it('counts what is made, to be read back and under way against the quantity', () => {
    expect(whyFull(room, [free])).toBeNull();
    expect(whyFull(room, [free, debited])).toBe('quantity');
    expect(whyFull({ ...room, unknown: 2 }, [free])).toBe('quantity');
  });

  it('counts only runs that are not debited yet against the allowance', () => {
    expect(whyFull({ ...room, allowanceLeft: 1 }, [free])).toBe('allowance');
    expect(whyFull({ ...room, allowanceLeft: 1 }, [debited])).toBeNull();
    expect(whyFull({ ...room, allowanceLeft: 0 }, [])).toBe('allowance');
  });

  it('never lets more runs in than could all be made and debited', () => {
    const small = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(small, small, small, small, (quantity, made, unknown, allowanceLeft) => {
        const taken: { debited: boolean }[] = [];
        while (taken.length < 50 && whyFull({ quantity, made, unknown, allowanceLeft }, taken) === null)
          taken.push({ debited: false });
        expect(taken.length).toBe(Math.max(0, Math.min(quantity - made - unknown, allowanceLeft)));
      }),
    );
  });
});
