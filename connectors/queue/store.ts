import type { Device } from '../connector.ts';

/**
 * What is wanted for one device at one target, and where it stands. `revoke` with `waiting` is what a screen
 * calls "waits to be revoked".
 */
export type WorkAction = 'register' | 'revoke';
export type WorkState = 'waiting' | 'working' | 'retry' | 'registered' | 'revoked' | 'dead';

/** One item that a worker holds until its lease ends. */
export interface Claim {
  /** Row of the unit-at-target; opaque to the queue. */
  id: string;
  /** Names this claim and no other: a worker whose lease ran out settles nothing. */
  token: string;
  action: WorkAction;
  /** Tries that ended in a failure of this item so far. */
  attempts: number;
  device: Device;
}

/** How a claim ends. Times are milliseconds of the injected clock. */
export type Settlement = { id: string; token: string } & (
  | { to: 'done' }
  | { to: 'retry'; nextAt: number; attempts: number; reason: Reason }
  | { to: 'dead'; attempts: number; reason: Reason }
);

/** Kept with a retry or a dead item; the message is for a person. */
export interface Reason {
  code: string;
  message: string;
}

export interface DeadItem {
  id: string;
  action: WorkAction;
  deviceId: string;
  name: string;
  fingerprint: string;
  attempts: number;
  reason: Reason;
}

/** Items at one target by state; `revokeWaiting` are those of `waiting` and `retry` that ask for a revocation. */
export interface WorkCounts {
  waiting: number;
  working: number;
  retry: number;
  registered: number;
  revoked: number;
  dead: number;
  revokeWaiting: number;
}

/** Where onboarding work is kept: SQLite at a station, PostgreSQL in the cloud. `store-conformance.ts` states the rules. */
export interface OnboardingStore {
  /** Wants these devices registered; one item per target and fingerprint, so asking twice adds nothing. Returns how many are new. */
  add(targetId: string, devices: readonly Device[]): Promise<number>;
  /** Wants these devices revoked, whatever their state; a claim under way loses its say. Returns how many changed. */
  revoke(targetId: string, devices: readonly Device[]): Promise<number>;
  /**
   * Takes up to `limit` items that are due: `waiting`, `retry` whose time has come, and `working` whose lease has
   * ended (a process died). Revocations first, then the oldest. Two callers never get one item.
   */
  claim(targetId: string, limit: number, leaseMs: number, now: number): Promise<Claim[]>;
  /** Books results in one transaction; those whose token is no longer current are left out. Returns how many counted. */
  settle(results: readonly Settlement[], now: number): Promise<number>;
  counts(targetId: string): Promise<WorkCounts>;
  /** When `claim` would next find something, or null when nothing waits; may lie in the past. */
  nextDue(targetId: string): Promise<number | null>;
  /** Dead items in the order of their ids, after the given one. */
  dead(targetId: string, after: string | null, limit: number): Promise<DeadItem[]>;
  /** A person wants dead items tried again, from attempt zero. Returns how many. */
  retry(targetId: string, ids: readonly string[] | 'all'): Promise<number>;
  /** A person gives dead items up; they are gone from the queue. Returns how many. */
  discard(targetId: string, ids: readonly string[] | 'all'): Promise<number>;
}

/** A store that can also start over at a target that lost its state (docs/onboarding.md); `itStartsAgain` states the rule. */
export interface StartsAgain {
  /** What is registered or revoked at the target waits to be so once more, from attempt zero. Returns how many. */
  again(targetId: string): Promise<number>;
}
