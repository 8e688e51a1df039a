/** A target's allowance of devices a second; a whole second's worth may go at once. Time comes from outside. */
export class TokenBucket {
  readonly #rate: number | null;
  readonly #clock: () => number;
  #tokens: number;
  #at: number;

  constructor(ratePerSecond: number | null, clock: () => number) {
    this.#rate = ratePerSecond;
    this.#clock = clock;
    this.#tokens = this.#size();
    this.#at = clock();
  }

  /** Whole tokens there are now. */
  available(): number {
    this.#fill();
    return Math.floor(this.#tokens);
  }

  take(count: number): void {
    this.#fill();
    this.#tokens -= count;
  }

  /** Milliseconds until one token is there; 0 when there is. */
  waitMs(): number {
    this.#fill();
    if (this.#rate === null || this.#tokens >= 1) return 0;
    return Math.ceil(((1 - this.#tokens) / this.#rate) * 1000);
  }

  #size(): number {
    return this.#rate === null ? Number.POSITIVE_INFINITY : Math.max(1, this.#rate);
  }

  #fill(): void {
    const now = this.#clock();
    // A clock set back gives nothing; the bucket goes on from the new time.
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    if (this.#rate === null) return;
    this.#tokens = Math.min(this.#size(), this.#tokens + (passed / 1000) * this.#rate);
  }
}
