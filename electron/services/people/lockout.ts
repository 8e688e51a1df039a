/** Failures that cost nothing but the try. */
export const FREE_FAILURES = 4;
const FIRST_DELAY = 30_000;
const LONGEST_DELAY = 3_600_000;

/**
 * Milliseconds that sign-in stays refused after this many failures in a row: none up to the fourth, 30 s from the
 * fifth, then twice as long each time up to an hour. A four-digit PIN then outlasts any patience.
 */
export function lockoutDelay(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(FIRST_DELAY * 2 ** (failures - FREE_FAILURES - 1), LONGEST_DELAY);
}

/** When sign-in is open again, or null. `now` in milliseconds since the epoch. */
export function lockedUntil(failures: number, now: number): string | null {
  const delay = lockoutDelay(failures);
  return delay === 0 ? null : new Date(now + delay).toISOString();
}
