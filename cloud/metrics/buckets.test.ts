import { expect, it } from 'vitest';
import { Buckets } from './buckets.ts';

it('gives the burst, then makes callers wait for as long as it says', () => {
  let now = 0;
  const buckets = new Buckets({ perMinute: 60, burst: 3 }, () => now);
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
  const wait = buckets.take('a');
  expect(wait).toBe(1000);
  now += wait;
  expect(buckets.take('a')).toBe(0);
  expect(buckets.take('a')).toBeGreaterThan(0);
});

it('keeps one key from eating what is another’s, and gives nothing for a clock set back', () => {
  let now = 100_000;
  const buckets = new Buckets({ perMinute: 60, burst: 1 }, () => now);
  expect(buckets.take('a')).toBe(0);
  expect(buckets.take('b')).toBe(0);
  now = 0;
  expect(buckets.take('a')).toBe(1000);
});

it('forgets the key that rested longest when there are too many', () => {
  const buckets = new Buckets({ perMinute: 1, burst: 1 }, () => 0);
  expect(buckets.take('first')).toBe(0);
  for (let each = 0; each < 20_000; each += 1) buckets.take(`k${each}`);
  expect(buckets.take('first')).toBe(0);
  expect(buckets.take('k19999')).toBeGreaterThan(0);
});
