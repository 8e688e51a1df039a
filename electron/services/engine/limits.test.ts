import { describe, expect, it } from 'vitest';
import { brokenLimit, judgeMeasurements } from './limits.ts';

const limits = [
  { name: 'bit-error', min: null, max: 12 },
  { name: 'score', min: 0.8, max: null },
];
const check = (bitError: number, score: number) =>
  judgeMeasurements(
    [
      { name: 'bit-error', value: bitError, unit: '%' },
      { name: 'score', value: score, unit: 'score' },
      { name: 'rate', value: 97_000, unit: 'B/s' },
    ],
    limits,
  );

describe('limits', () => {
  it('hold at the edge', () => {
    expect(brokenLimit(check(12, 0.8), limits)).toBeNull();
  });

  it('break outside, naming measurement, value and limit', () => {
    expect(brokenLimit(check(13.1, 0.9), limits)?.context).toEqual({
      measurement: 'bit-error',
      title: 'Bit error',
      label: 'Bit error > 12 %',
      value: 13.1,
      unit: '%',
      max: 12,
    });
    expect(brokenLimit(check(5, 0.79), limits)?.context).toMatchObject({ measurement: 'score', min: 0.8 });
  });

  it('do not hold for what was not measured or is no number', () => {
    const [error] = check(5, 0.9);
    expect(brokenLimit(error === undefined ? [] : [error], limits)?.context).toMatchObject({
      title: 'Score',
    });
    expect(brokenLimit(check(Number.NaN, 0.9), limits)?.code).toBe('limit');
  });

  it('leave what has no limit alone', () => {
    expect(check(5, 0.9)[2]).toEqual({
      name: 'rate',
      value: 97_000,
      unit: 'B/s',
      min: null,
      max: null,
      ok: true,
    });
  });
});
