const FIRST_MS = 250;
const LONGEST_MS = 5000;

/** Wait before attempt n (from 0): doubles from 250 ms up to 5 s, so that a restarted station is found quickly. */
export function backoff(attempt: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
}
