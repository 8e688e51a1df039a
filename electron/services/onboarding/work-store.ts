import type {
  Claim,
  DeadItem,
  OnboardingStore,
  Settlement,
  StartsAgain,
  WorkAction,
} from '#connectors/queue/store.ts';
import type {
  OnboardingItemRow,
  OnboardingRepository,
  OnboardingState,
  OutboxRepository,
} from '#store/api.ts';
import type { UpBody } from '#protocol/up.ts';

/** A revocation that the target refuses for good is tried all the same, once an hour: nobody may forget it. */
const REVOKE_AGAIN_MS = 3_600_000;

export interface WorkParts {
  items: OnboardingRepository;
  outbox: Pick<OutboxRepository, 'addOnboarding'>;
  /** Of the target, as the cloud shows it. */
  name: string;
}

/** What is under way: only these may be settled, each once. */
interface Held {
  targetId: string;
  fingerprint: string;
  action: WorkAction;
}

interface Result {
  fingerprint: string;
  state: OnboardingState;
  reason: string | null;
  nextAt: number | null;
}

function resultOf({ fingerprint, action }: Held, settlement: Settlement, now: number): Result {
  const revoking = action === 'revoke';
  if (settlement.to === 'done')
    return { fingerprint, state: revoking ? 'revoked' : 'registered', reason: null, nextAt: null };
  const reason = settlement.reason.message.slice(0, 600);
  if (settlement.to === 'retry')
    return { fingerprint, state: revoking ? 'revoke-waiting' : 'retry', reason, nextAt: settlement.nextAt };
  if (revoking) return { fingerprint, state: 'revoke-waiting', reason, nextAt: now + REVOKE_AGAIN_MS };
  return { fingerprint, state: 'dead', reason, nextAt: null };
}

const TOLD: ReadonlySet<OnboardingState> = new Set(['registered', 'dead', 'revoked']);

function bodyOf(target: string, { fingerprint, state, reason }: Result): UpBody<'onboarding'>[] {
  if (!TOLD.has(state)) return [];
  return [{ target, fingerprint, state: state as 'registered' | 'dead' | 'revoked', reason }];
}

/** The station's items as the queue takes them. Items come with the units, so nobody adds any here. */
export class StationWork implements OnboardingStore, StartsAgain {
  /** What is done between taking items and telling the target of them. */
  beforeTelling: () => Promise<void> = () => Promise.resolve();
  private readonly parts: WorkParts;
  private readonly held = new Map<string, Held>();
  /** Failures of one item; those of the target as a whole count against nobody. Forgotten with the process. */
  private readonly failures = new Map<string, number>();

  constructor(parts: WorkParts) {
    this.parts = parts;
  }

  add(): Promise<number> {
    return Promise.reject(new TypeError('Items come with the units that pass'));
  }

  revoke(): Promise<number> {
    return Promise.reject(new TypeError('Revocations come with messages from the cloud'));
  }

  discard(): Promise<number> {
    return Promise.reject(new TypeError('Items are not discarded on a station'));
  }

  async claim(targetId: string, limit: number, leaseMs: number, now: number): Promise<Claim[]> {
    const rows = await this.parts.items.claim(targetId, limit, now, now + leaseMs);
    // Afterwards: a revocation that came while the list was on its way would be told before the list that names it.
    await this.beforeTelling();
    return rows.map((row) => this.claimOf(row, String(now)));
  }

  private claimOf(row: OnboardingItemRow, token: string): Claim {
    const { targetId, fingerprint, name, der: certificate, serial, deviceId } = row;
    const action = row.state === 'revoke-waiting' ? 'revoke' : 'register';
    this.held.set(`${token}/${fingerprint}`, { targetId, fingerprint, action });
    return {
      ...{ id: fingerprint, token, action, attempts: this.failures.get(fingerprint) ?? 0 },
      device: { fingerprint, name, certificate, serial, deviceId },
    };
  }

  /** What is told to the cloud is written first: told twice does no harm, not told would. */
  async settle(settlements: readonly Settlement[], now: number): Promise<number> {
    const byTarget = new Map<string, Result[]>();
    for (const settlement of settlements) {
      const key = `${settlement.token}/${settlement.id}`;
      const held = this.held.get(key);
      if (held === undefined) continue;
      this.held.delete(key);
      this.note(settlement);
      const results = byTarget.get(held.targetId) ?? [];
      byTarget.set(held.targetId, [...results, resultOf(held, settlement, now)]);
    }
    const { items, outbox, name } = this.parts;
    for (const [targetId, results] of byTarget) {
      const bodies = results.flatMap((result) => bodyOf(name, result));
      if (bodies.length > 0) await outbox.addOnboarding(bodies);
      await items.settle(targetId, results);
    }
    return [...byTarget.values()].reduce((sum, results) => sum + results.length, 0);
  }

  private note(settlement: Settlement): void {
    if (settlement.to === 'retry' && settlement.attempts > 0)
      this.failures.set(settlement.id, settlement.attempts);
    else this.failures.delete(settlement.id);
  }

  async counts(targetId: string) {
    const { 'revoke-waiting': revokeWaiting, ...counts } = await this.parts.items.counts(targetId);
    return { ...counts, waiting: counts.waiting + revokeWaiting, revokeWaiting };
  }

  nextDue(targetId: string): Promise<number | null> {
    return this.parts.items.nextDue(targetId);
  }

  async dead(targetId: string, after: string | null, limit: number): Promise<DeadItem[]> {
    const { rows } = await this.parts.items.dead(targetId, after, limit);
    return rows.map(({ fingerprint, deviceId, name, attempts, reason }) => ({
      ...{ id: fingerprint, action: 'register', deviceId, name, fingerprint, attempts },
      reason: { code: 'refused', message: reason ?? '' },
    }));
  }

  again(targetId: string): Promise<number> {
    return this.parts.items.again(targetId, 'all', 'station');
  }

  /** Whoever was thrown out before a list kept him out. */
  thrownOutAgain(targetId: string): Promise<number> {
    return this.parts.items.again(targetId, 'revoked', 'station');
  }

  retry(targetId: string, ids: readonly string[] | 'all'): Promise<number> {
    return this.parts.items.retry(targetId, ids === 'all' ? null : [...ids]);
  }
}
