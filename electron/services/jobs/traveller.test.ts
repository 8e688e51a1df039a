import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTraveller, parseTraveller } from './traveller.ts';

const letters = (alphabet: string, maxLength: number) =>
  fc
    .array(fc.constantFrom(...alphabet.split('')), { minLength: 1, maxLength })
    .map((characters) => characters.join(''));
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-';
const travellers = fc.record({
  jobId: letters(upper, 20),
  lot: letters(`${upper}abcdefghijklmnopqrstuvwxyz._/`, 40),
  quantity: fc.integer({ min: 1, max: 1_000_000 }),
});
const field = (text: string) => {
  const reading = parseTraveller(text);
  return reading.ok ? null : reading.field;
};

describe('traveller', () => {
  it('reads what a scanner types, with the line end it adds', () => {
    const traveller = { jobId: 'TH4', lot: '26-11-0417', quantity: 8 };
    expect(parseTraveller('RL1;J=TH4;L=26-11-0417;Q=8')).toEqual({ ok: true, traveller });
    expect(parseTraveller('RL1;J=TH4;L=26-11-0417;Q=8\r\n')).toEqual({ ok: true, traveller });
  });
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(travellers, (traveller) => {
        expect(parseTraveller(formatTraveller(traveller))).toEqual({ ok: true, traveller });
      }),
    );
  });
  it('has one text for one traveller', () => {
    const noisy = fc
      .tuple(travellers, fc.nat(), fc.string({ maxLength: 2 }))
      .map(([traveller, position, insert]) => {
        const text = formatTraveller(traveller);
        return text.slice(0, position % text.length) + insert + text.slice((position % text.length) + 1);
      });
    fc.assert(
      fc.property(fc.oneof(noisy, fc.string()), (text) => {
        const reading = parseTraveller(text);
        if (reading.ok) expect(formatTraveller(reading.traveller)).toBe(text.replace(/[\r\n\t]+$/, ''));
      }),
      { numRuns: 1000 },
    );
  });
  it('names the field that is wrong', () => {
    expect(field('')).toBe('traveller');
    expect(field('RL2;J=TH4;L=1;Q=8')).toBe('traveller');
    expect(field('RL1;J=TH4;L=1;Q=8;X=1')).toBe('traveller');
    expect(field(`RL1;J=TH4;L=1;Q=8${'\n'.repeat(200)}`)).toBe('traveller');
    expect(field('RL1;J=th4;L=1;Q=8')).toBe('job');
    expect(field('RL1;L=1;J=TH4;Q=8')).toBe('job');
    expect(field('RL1;J=TH4;L=;Q=8')).toBe('lot');
    expect(field('RL1;J=TH4;L=a b;Q=8')).toBe('lot');
    for (const quantity of ['0', '08', '-1', '1e3', '1000001', '', ' 8', '８'])
      expect(field(`RL1;J=TH4;L=1;Q=${quantity}`)).toBe('quantity');
  });
});
