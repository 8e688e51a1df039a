export interface Rate {
  /** Calls a minute in the long run. */
  perMinute: number;
  /** Calls at once after a rest. */
  burst: number;
}

interface Level {
  tokens: number;
  at: number;
}

/** Keys that are remembered at once: an attacker with many addresses costs no memory beyond these. */
const MOST_KEYS = 20_000;

/** A token bucket per key (token, station, address), each node for itself. Time comes from outside, in milliseconds. */
export class Buckets {
  readonly #rate: Rate;
  readonly #clock: () => number;
  readonly #levels = new Map<string, Level>();

  constructor(rate: Rate, clock: () => number) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one; milliseconds to wait where there is none. */
  take(key: string): number {
    const { burst, perMinute } = this.#rate;
    const now = this.#clock();
    const before = this.#levels.get(key) ?? { tokens: burst, at: now };
    // A clock set back gives nothing.
    const gained = (Math.max(0, now - before.at) / 60_000) * perMinute;
    const tokens = Math.min(burst, before.tokens + gained);
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.#remember(key, { tokens: left, at: now });
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perMinute) * 60_000);
  }

  /** The map keeps the order of use, so the first key is the one that rested longest. */
  #remember(key: string, level: Level): void {
    this.#levels.delete(key);
    this.#levels.set(key, level);
    const [oldest] = this.#levels.size > MOST_KEYS ? this.#levels.keys() : [];
    if (oldest !== undefined) this.#levels.delete(oldest);
  }
}
