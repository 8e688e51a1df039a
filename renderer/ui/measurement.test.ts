import { describe, expect, it } from 'vitest';
import { measurementLimits, measurementTitle, measurementValue } from './measurement.ts';

const of = (name: string, value: number, unit: string, min: number | null, max: number | null) => {
  const view = { name, value, unit, min, max, ok: true };
  return [measurementTitle(name), measurementValue(view), measurementLimits(view)];
};

describe('a measurement as it reads', () => {
  it('tells the worst read from the mean', () => {
    expect(of('bit-error', 5.8, '%', null, 12)).toEqual(['Bit error, worst read', '5.8 %', '≤ 12 %']);
    expect(of('bit-error-mean', 5, '%', null, null)).toEqual(['Bit error, mean', '5 %', '']);
  });
  it('answers questions with yes and no', () => {
    expect(of('identity-seen', 0, 'count', null, 0)).toEqual(['Identity seen before', 'no', 'must be no']);
    expect(of('helper-data-intact', 1, 'count', 1, null)).toEqual([
      'Helper data intact',
      'yes',
      'must be yes',
    ]);
  });
  it('says limits of every kind', () => {
    expect(of('enrol-score', 93, 'score', 70, null)[2]).toBe('≥ 70');
    expect(of('enrol-score', 93, 'score', 70, 100)[2]).toBe('70 … 100');
    expect(of('other-identities', 0, 'count', null, 0)[2]).toBe('must be 0');
  });
  it('shows an unknown name in words, and a read without a value', () => {
    expect(
      measurementValue({ ...{ name: 'bit-error', value: -1, unit: '%' }, min: null, max: 12, ok: false }),
    ).toBe('not read');
    expect(of('supply-voltage', Number.NaN, 'V', null, null)).toEqual(['Supply voltage', 'not read', '']);
  });
});
