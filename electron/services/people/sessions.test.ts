import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '#contract/session.ts';
import { createSessions, IDLE_TIMEOUT } from './sessions.ts';

const session: Session = {
  person: { id: '114', name: 'Mara Voss', role: 'operator' },
  signedInAt: '2026-01-01T00:00:00.000Z',
};
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('sessions', () => {
  it('belong to a connection and tell of each change', () => {
    const sessions = createSessions();
    const told: [string, string | null][] = [];
    const stop = sessions.onChange((connection, now) => told.push([connection, now?.person.id ?? null]));
    sessions.set('a', session);
    expect(sessions.get('a')).toBe(session);
    expect(sessions.get('b')).toBeNull();
    sessions.clear('a');
    sessions.clear('a');
    stop();
    sessions.set('a', session);
    expect(told).toEqual([
      ['a', '114'],
      ['a', null],
    ]);
  });

  it('end by themselves after the idle time, which only activity restarts', () => {
    const sessions = createSessions();
    const ended: string[] = [];
    sessions.onChange((connection, now) => now === null && ended.push(connection));
    sessions.set('busy', session);
    sessions.set('idle', session);
    vi.advanceTimersByTime(IDLE_TIMEOUT - 1);
    expect(sessions.touch('busy')).toBe(session);
    sessions.get('idle');
    vi.advanceTimersByTime(1);
    expect(ended).toEqual(['idle']);
    vi.advanceTimersByTime(IDLE_TIMEOUT - 1);
    expect(ended).toEqual(['idle', 'busy']);
    expect(sessions.touch('busy')).toBeNull();
  });
});
