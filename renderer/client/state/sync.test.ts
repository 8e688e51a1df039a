import { describe, expect, it } from 'vitest';
import { peakAfter } from './sync.ts';

describe('the whole of the bar while records go up', () => {
  it('stays while less and less waits, grows with what is added, starts anew when all is up', () => {
    const waiting = [4212, 4000, 4300, 10, 0, 8, 3];
    const peaks: number[] = [];
    for (const now of waiting) peaks.push(peakAfter(peaks.at(-1) ?? 0, now));
    expect(peaks).toEqual([4212, 4212, 4300, 4300, 0, 8, 8]);
  });
});
