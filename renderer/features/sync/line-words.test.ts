import { describe, expect, it } from 'vitest';
import type { SyncView } from '#contract/sync.ts';
import {
  ageText,
  agoText,
  lineSentence,
  offsetText,
  recordsRate,
  timeLeft,
  untilText,
} from './line-words.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString();
const online = (waiting: number, moving: boolean): string =>
  lineSentence({
    state: 'online',
    waiting,
    rate: moving ? { recordsPerSecond: 1, bytesPerSecond: 1, secondsLeft: null } : null,
  } as SyncView);

describe('the line in words', () => {
  it('claims that all is in the cloud only when nothing waits', () => {
    expect(online(0, false)).toContain('Everything');
    expect(online(1, false)).not.toContain('Everything');
    expect(online(4212, true)).toContain('going up');
  });
  it('says times coarsely', () => {
    expect([3, 14, 89, 100, 3000, 9000].map(timeLeft)).toEqual([
      'a few seconds',
      'about 15 s',
      'about 90 s',
      'about 2 min',
      'about 50 min',
      'about 3 h',
    ]);
    expect([-5, 0, 12, 119, 240].map((s) => untilText(at(s), now))).toEqual([
      'now',
      'now',
      'in 12 s',
      'in 119 s',
      'in 4 min',
    ]);
    expect([-10, -300].map((s) => ageText(at(s), now))).toEqual(['under 1 min', '5 min']);
    expect([-10, -300, -7200].map((s) => agoText(at(s), now))).toEqual(['just now', '5 min ago', '2 h ago']);
  });
  it('gives a slow rate its digit', () => {
    expect(recordsRate(3.21)).toBe('3.2 records/s');
    expect(recordsRate(4123.4)).toBe('4,123 records/s');
  });
  it('speaks of the clock only when it matters', () => {
    expect(offsetText(null)).toBeNull();
    expect(offsetText(-4)).toBeNull();
    expect(offsetText(14)).toEqual({ text: '14 s ahead of the cloud', warn: false });
    expect(offsetText(-86_400)).toEqual({ text: '24 h behind the cloud', warn: true });
  });
});
