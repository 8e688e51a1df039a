import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the sync takes it, injected so that tests wait for nothing. Milliseconds. */
export interface Pace {
  /** Monotonic. */
  now: () => number;
  /** Wall clock, for what people and certificates see. */
  date: () => Date;
  /** Resolves after that time, or at once when the signal is given. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0..1. */
  random: () => number;
}

export const realPace: Pace = {
  now: () => performance.now(),
  date: () => new Date(),
  sleep: (ms, signal) =>
    sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined),
  random: Math.random,
};

export interface BackOff {
  /** Milliseconds before the first new try, and before every one in the long run. */
  first: number;
  longest: number;
}

/** Doubles with each failure; the upper half is random, so that a hundred stations do not come back at once. */
export function backOffMs(failures: number, { first, longest }: BackOff, random: () => number): number {
  const whole = Math.min(longest, first * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return whole / 2 + (whole / 2) * random();
}
