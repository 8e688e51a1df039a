import { describe, expect, it } from 'vitest';
import { lineWords } from './LineChip.tsx';

const now = Date.parse('2026-11-23T12:00:00Z');
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

describe('the line in words', () => {
  it('says how long it has been away, never "0 min"', () => {
    expect(lineWords({ state: 'offline', waiting: 1, since: ago(3 * 1440) }, now)).toBe('Offline 3 d');
    expect(lineWords({ state: 'paused', waiting: 1, since: ago(12) }, now)).toBe('Paused 12 min');
    expect(lineWords({ state: 'stopped', waiting: 1, since: ago(0.5) }, now)).toBe('Stopped');
  });
  it('gives no age to what may last', () => {
    expect(lineWords({ state: 'online', waiting: 0, since: ago(600) }, now)).toBe('Online');
    expect(lineWords({ state: 'courier', waiting: 0, since: ago(600) }, now)).toBe('By courier');
  });
});
