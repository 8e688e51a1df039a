import type { Connector, DeviceResult } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import { backOffMs, DEFAULT_BACK_OFF, type BackOff } from './back-off.ts';
import type { Claim, OnboardingStore, Reason, Settlement, WorkAction } from './store.ts';
import { TokenBucket } from './token-bucket.ts';

export interface QueueOptions {
  store: OnboardingStore;
  connector: Connector;
  /** Milliseconds since the epoch. */
  clock: () => number;
  random?: () => number;
  /** How long a dead process keeps its items from others. */
  leaseMs?: number;
  /** Failed tries of one item before a person must look at it. */
  maxAttempts?: number;
  backOff?: BackOff;
}

/** What one step did. `waitMs` 0: there may be more at once; null: nothing waits at all. */
export interface Step {
  claimed: number;
  done: number;
  failed: number;
  waitMs: number | null;
  /** The target as a whole does not work: the last error, until a call gets through again. */
  targetError: ConnectorError | null;
}

/** Drives the items of one target through its connector, one batch a step. Holds one batch in memory, never more. */
export class OnboardingQueue {
  readonly #options: Required<QueueOptions>;
  readonly #bucket: TokenBucket;
  #outages = 0;
  #pausedUntil = 0;
  #targetError: ConnectorError | null = null;

  constructor(options: QueueOptions) {
    this.#options = {
      random: Math.random,
      leaseMs: 120_000,
      maxAttempts: 10,
      backOff: DEFAULT_BACK_OFF,
      ...options,
    };
    this.#bucket = new TokenBucket(options.connector.capabilities.ratePerSecond, options.clock);
  }

  /** One batch: claim, call, book. */
  async step(signal?: AbortSignal): Promise<Step> {
    const { store, connector, clock, leaseMs } = this.#options;
    const hold = Math.max(this.#pausedUntil - clock(), this.#bucket.waitMs());
    if (hold > 0) return this.#report([], [], await this.#cap(hold));
    const limit = Math.min(connector.capabilities.batchSize, this.#bucket.available());
    const claims = await store.claim(connector.id, limit, leaseMs, clock());
    if (claims.length === 0) return this.#report([], [], await this.#untilDue());
    this.#bucket.take(claims.length);
    const settlements = await this.#work(claims, signal);
    await store.settle(settlements, clock());
    return this.#report(claims, settlements, Math.max(0, this.#pausedUntil - clock()));
  }

  /** Ends a pause at once, for a person who has repaired something. */
  resume(): void {
    this.#pausedUntil = 0;
  }

  /** Revocations of the batch first: they are the urgent half. */
  async #work(claims: Claim[], signal: AbortSignal | undefined): Promise<Settlement[]> {
    const settlements: Settlement[] = [];
    for (const action of ['revoke', 'register'] as const) {
      const part = claims.filter((claim) => claim.action === action);
      if (part.length > 0) settlements.push(...(await this.#call(action, part, signal)));
    }
    return settlements;
  }

  async #call(action: WorkAction, claims: Claim[], signal: AbortSignal | undefined): Promise<Settlement[]> {
    const { connector } = this.#options;
    const devices = claims.map((claim) => claim.device);
    try {
      const results =
        action === 'register'
          ? await connector.registerDevices(devices, signal)
          : await connector.revokeDevices(devices, signal);
      this.#outages = 0;
      this.#targetError = null;
      const byFingerprint = new Map(results.map((result) => [result.fingerprint, result]));
      return claims.map((claim) => this.#settlement(claim, byFingerprint.get(claim.device.fingerprint)));
    } catch (cause) {
      return this.#release(claims, asConnectorError(cause));
    }
  }

  #settlement(claim: Claim, result: DeviceResult | undefined): Settlement {
    const { id, token } = claim;
    if (result !== undefined && result.outcome !== 'failed') return { id, token, to: 'done' };
    const error = result?.error ?? NO_RESULT;
    const attempts = claim.attempts + 1;
    const reason: Reason = { code: error.code, message: error.message };
    if (error.retry === 'never' || attempts >= this.#options.maxAttempts)
      return { id, token, to: 'dead', attempts, reason };
    const nextAt = this.#options.clock() + this.#backOff(attempts);
    return { id, token, to: 'retry', nextAt, attempts, reason };
  }

  /** The target failed, not the devices: they go back without a try counted, and the target rests. */
  #release(claims: Claim[], error: ConnectorError): Settlement[] {
    this.#targetError = error;
    if (error.code !== 'cancelled') this.#outages += 1;
    const rest = error.code === 'cancelled' ? 0 : this.#backOff(this.#outages);
    const nextAt = this.#options.clock() + rest;
    this.#pausedUntil = nextAt;
    const reason: Reason = { code: error.code, message: error.message };
    return claims.map(({ id, token, attempts }) => ({ id, token, to: 'retry', nextAt, attempts, reason }));
  }

  #backOff(attempts: number): number {
    return backOffMs(attempts, this.#options.random, this.#options.backOff);
  }

  async #untilDue(): Promise<number | null> {
    const due = await this.#options.store.nextDue(this.#options.connector.id);
    return due === null ? null : Math.max(1, due - this.#options.clock());
  }

  /** Nothing waits: then there is nothing to wait for either. */
  async #cap(holdMs: number): Promise<number | null> {
    const due = await this.#untilDue();
    return due === null ? null : Math.max(holdMs, due);
  }

  #report(claims: Claim[], settlements: Settlement[], waitMs: number | null): Step {
    const done = settlements.filter((settlement) => settlement.to === 'done').length;
    return {
      claimed: claims.length,
      done,
      failed: settlements.length - done,
      waitMs,
      targetError: this.#targetError,
    };
  }
}

const NO_RESULT = {
  code: 'bad-answer',
  message: 'The target said nothing of this device. It is asked again.',
  retry: 'later',
} as const;

function asConnectorError(cause: unknown): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  return new ConnectorError(
    'bad-answer',
    'The connector failed in a way it does not know. It is tried again.',
    {
      cause,
    },
  );
}
