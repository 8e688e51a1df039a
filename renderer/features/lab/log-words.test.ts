import { describe, expect, it } from 'vitest';
import type { LogEntry } from '#contract/lab.ts';
import { listStep, sinceWords, spaced, timeOf } from './log-words.ts';

const at = (time: string): LogEntry => ({
  ...{ seq: 1, at: `2026-11-25T${time}Z`, direction: 'sent', title: '', detail: '', hex: '' },
  ...{ bytes: 0, redacted: false, fault: false },
});

describe('a frame in words', () => {
  it('has its time, and the time since the one before', () => {
    expect(timeOf(at('08:12:01.101'))).toBe('08:12:01.101');
    expect(sinceWords(at('08:12:01.101'), at('08:12:01.113'))).toBe('+12 ms');
    expect(sinceWords(at('08:12:01.101'), at('08:12:02.501'))).toBe('+1.4 s');
    // A clock that was set back gives no negative time.
    expect(sinceWords(at('08:12:02.000'), at('08:12:01.000'))).toBe('+0 ms');
  });

  it('shows blanked bytes as dots', () => {
    expect(spaced('01··ff')).toBe('01 ·· ff');
  });

  it('is reached by keys, never beyond the ends', () => {
    expect(listStep('ArrowDown', 4, 4, 10)).toBe(4);
    expect(listStep('PageUp', 4, 40, 10)).toBe(0);
    expect(listStep('End', 4, 40, 10)).toBe(40);
    expect([listStep('a', 4, 40, 10), listStep('Home', 0, -1, 10)]).toEqual([null, null]);
  });
});
