/** Milliseconds of a monotonic clock. */
export type Clock = () => number;
