import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BurstReader } from './burst.ts';

function type(text: string, gap: number, enterGap = gap): string | null {
  const reader = new BurstReader();
  let at = 1000;
  for (const key of text) reader.feed(key, (at += gap));
  const seen = reader.feed('Enter', at + enterGap);
  return seen.kind === 'scan' ? seen.text : null;
}

describe('a burst of keys that ends with Enter', () => {
  it('is a scan when the keys come at a scanner’s pace', () => {
    expect(type('TRV-26-11-0417', 8)).toBe('TRV-26-11-0417');
  });
  it('is typing when the keys come at a person’s pace', () => {
    expect(type('TRV-26-11-0417', 90)).toBeNull();
  });
  it('is typing when Enter is pressed long after', () => {
    expect(type('TRV-26-11-0417', 8, 400)).toBeNull();
  });
  it('is no scan when it is shorter than any code', () => {
    expect(type('42', 5)).toBeNull();
  });
  it('starts anew after a pause, and leaves Shift and arrows out', () => {
    const reader = new BurstReader();
    reader.feed('x', 0);
    let at = 500;
    for (const key of ['Shift', 'A', 'B', 'Shift', 'C', '1']) reader.feed(key, (at += 10));
    expect(reader.feed('Enter', at + 10)).toEqual({ kind: 'scan', text: 'ABC1' });
  });
  it('returns any printable text as it was scanned', () => {
    const printable = fc.string({ minLength: 4, maxLength: 200, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(printable, fc.integer({ min: 1, max: 40 }), (text, gap) => type(text, gap) === text),
    );
  });
});
