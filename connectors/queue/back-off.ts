/** Waits between tries, in milliseconds. */
export interface BackOff {
  first: number;
  longest: number;
}

export const DEFAULT_BACK_OFF: BackOff = { first: 1_000, longest: 15 * 60_000 };

/** Doubles with each failed try up to the longest; the upper half is random so that many do not come back at once. */
export function backOffMs(attempts: number, random: () => number, backOff = DEFAULT_BACK_OFF): number {
  // 2^30 seconds is beyond any longest wait; a bigger exponent would only overflow.
  const doubled = backOff.first * 2 ** Math.min(Math.max(0, attempts - 1), 30);
  const whole = Math.min(backOff.longest, doubled);
  return Math.round(whole / 2 + (whole / 2) * random());
}
