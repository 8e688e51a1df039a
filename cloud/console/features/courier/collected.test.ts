import { describe, expect, it } from 'vitest';
import { toFrames } from '#protocol/courier/qr.ts';
import { isWhole, missingOf, nothing, withScan, type Collected } from './collected.ts';

const sequence = (fill: number): string[] => toFrames(Buffer.alloc(2000, fill));
const after = (scans: readonly string[], from: Collected = nothing) =>
  scans.reduce<ReturnType<typeof withScan>>(withScan, { ...from, scan: 'foreign' });

describe('codes collected in the browser', () => {
  const frames = sequence(1);
  const other = sequence(2);

  it('come in any order, and are whole when none is missing', () => {
    const half = after([frames[3]!, frames[0]!]);
    expect([half.scan, missingOf(half.codes!)]).toEqual(['new', [2, 3]]);
    expect(isWhole(half.codes)).toBe(false);
    const whole = after([frames[1]!, frames[2]!], half);
    expect(isWhole(whole.codes)).toBe(true);
    expect([...whole.codes!.texts.values()].sort()).toEqual(frames.toSorted());
  });

  it('are no more for being scanned twice, and a code scanned anew replaces a misread one', () => {
    const misread = frames[1]!.replace(/.:$/, '$:');
    const both = after([frames[0]!, misread, frames[1]!]);
    expect([both.scan, both.codes?.texts.size, both.codes?.texts.get(2)]).toEqual(['again', 2, frames[1]]);
  });

  it('leave out what is no code of a transfer', () => {
    const one = after([frames[0]!]);
    for (const text of ['', 'EAN 4006381333931', 'RLJ1;U=x', frames[1]!.slice(0, -20), 'RLQ1:00/1/1:00:'])
      expect(withScan(one, text)).toEqual({ ...one, scan: 'foreign' });
  });

  it('start anew with another transfer, and go on with the one before when it comes back', () => {
    const mixed = after([frames[0]!, frames[1]!, other[0]!]);
    expect([mixed.scan, mixed.codes?.texts.size]).toEqual(['other', 1]);
    const back = withScan(mixed, frames[2]!);
    expect([back.scan, missingOf(back.codes!), back.aside?.texts.size]).toEqual(['other', [4], 1]);
  });

  it('of a whole transfer make room without a word', () => {
    const next = withScan(after(frames), other[0]!);
    expect([next.scan, next.codes?.texts.size, next.aside]).toEqual(['new', 1, null]);
  });
});
