import { expect, it } from 'vitest';
import { createBandwidth } from './line/bandwidth.ts';
import { backOffMs, realPace } from './pace.ts';
import { requestBytes } from './upload.ts';

const backOff = { first: 1_000, longest: 300_000 };

it('waits double up to the longest, and no two stations come back together', () => {
  const waits = [1, 2, 3, 4].map((failures) => backOffMs(failures, backOff, () => 1));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(backOffMs(500, backOff, () => 1)).toBe(300_000);
  expect(backOffMs(3, backOff, () => 0)).toBe(2_000);
});

it('a cap holds over the whole and within a second, whatever the size of the pieces', async () => {
  const clock = { ms: 0 };
  const pace = {
    ...realPace,
    now: () => clock.ms,
    sleep: (ms: number) => Promise.resolve(void (clock.ms += ms)),
  };
  const cap = createBandwidth(10_000, pace);
  expect(cap.piece).toBe(1_000);
  const sent: { at: number; bytes: number }[] = [];
  for (const bytes of Array.from({ length: 400 }, (_, index) => (index % 10) * 100)) {
    await cap.take(bytes);
    sent.push({ at: clock.ms, bytes });
  }
  const total = sent.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(total / (clock.ms / 1000)).toBeGreaterThan(9_500);
  for (let from = 0; from + 1_000 < clock.ms; from += 500) {
    const within = sent.filter(({ at }) => at >= from && at < from + 1_000);
    const bytes = within.reduce((sum, one) => sum + one.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(10_000 + cap.piece + 900);
  }
});

it('a request is as large as the line carries in some seconds, within bounds', () => {
  expect(requestBytes(125_000)).toBe(1_000_000);
  expect(requestBytes(100)).toBe(64 * 1024);
  expect(requestBytes(1e9)).toBe(32 * 1024 * 1024);
});
