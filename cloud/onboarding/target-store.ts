import { sql } from 'kysely';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import type { Device } from '#connectors/connector.ts';
import type {
  Claim,
  DeadItem,
  OnboardingStore,
  Settlement,
  StartsAgain,
  WorkCounts,
} from '#connectors/queue/store.ts';
import { countItems, countsOfTargets } from './counts.ts';
import { wantAgain, wantRegistered, wantRevoked, type TargetName } from './item-changes.ts';
import { claimItems, fingerprintOf, itemId, settleItems } from './item-claims.ts';

type Ids = readonly string[] | 'all';
type Context = Pick<CloudContext, 'db' | 'now'>;

/** Dead items at one target: those named, or all. */
function deadOnes(trx: Trx, { tenantId, targetId }: TargetName, ids: Ids) {
  return trx
    .selectFrom('target_items')
    .select('fingerprint')
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('state', '=', 'dead')
    .$if(ids !== 'all', (query) =>
      query.where(
        'fingerprint',
        '=',
        sql<string>`ANY(${ids === 'all' ? [] : ids.map(fingerprintOf)}::text[])`,
      ),
    )
    .forUpdate();
}

/** Work of one tenant's targets in the database: several nodes share it, none gets what another holds. */
export class TenantOnboarding implements OnboardingStore, StartsAgain {
  readonly #context: Context;
  readonly #tenantId: string;

  constructor(context: Context, tenantId: string) {
    this.#context = context;
    this.#tenantId = tenantId;
  }

  add(targetId: string, devices: readonly Device[]): Promise<number> {
    return this.#inOne((trx) => wantRegistered(trx, this.#target(targetId), devices, this.#context.now()));
  }

  revoke(targetId: string, devices: readonly Device[]): Promise<number> {
    return this.#inOne((trx) => wantRevoked(trx, this.#target(targetId), devices, this.#context.now()));
  }

  claim(targetId: string, limit: number, leaseMs: number, now: number): Promise<Claim[]> {
    return this.#inOne((trx) =>
      claimItems(trx, this.#target(targetId), { limit, now, until: now + leaseMs }),
    );
  }

  settle(results: readonly Settlement[], now: number): Promise<number> {
    if (results.length === 0) return Promise.resolve(0);
    return this.#inOne((trx) => settleItems(trx, this.#tenantId, results, new Date(now)));
  }

  counts(targetId: string): Promise<WorkCounts> {
    return countsOfTargets(this.#context.db, this.#tenantId, targetId);
  }

  async nextDue(targetId: string): Promise<number | null> {
    const first = (state: string, action: string) => sql`(SELECT next_at FROM target_items
      WHERE tenant_id = ${this.#tenantId} AND target_id = ${targetId} AND state = ${state} AND action = ${action}
      ORDER BY next_at LIMIT 1)`;
    const each = ['waiting', 'working', 'retry'].flatMap((state) => [
      first(state, 'register'),
      first(state, 'revoke'),
    ]);
    const { rows } = await sql<{ due: number | null }>`SELECT LEAST(${sql.join(each)}) AS due`.execute(
      this.#context.db,
    );
    return rows[0]?.due ?? null;
  }

  async dead(targetId: string, after: string | null, limit: number): Promise<DeadItem[]> {
    let found = this.#context.db
      .selectFrom('target_items')
      .select(['fingerprint', 'action', 'device_id', 'name', 'attempts', 'reason_code', 'reason'])
      .where('tenant_id', '=', this.#tenantId)
      .where('target_id', '=', targetId)
      .where('state', '=', 'dead');
    if (after !== null) found = found.where('fingerprint', '>', fingerprintOf(after));
    const rows = await found.orderBy('fingerprint').limit(limit).execute();
    return rows.map(({ fingerprint, action, device_id, name, attempts, reason_code, reason }) => ({
      ...{ id: itemId(targetId, fingerprint), action, deviceId: device_id, name, fingerprint, attempts },
      reason: { code: reason_code ?? 'refused', message: reason ?? '' },
    }));
  }

  retry(targetId: string, ids: Ids): Promise<number> {
    return this.#inOne(async (trx) => {
      const target = this.#target(targetId);
      const rows = await trx
        .updateTable('target_items')
        .set({ state: 'waiting', attempts: 0, next_at: 0, token: null, reason: null, reason_code: null })
        .where('tenant_id', '=', target.tenantId)
        .where('target_id', '=', targetId)
        .where('fingerprint', 'in', deadOnes(trx, target, ids))
        .returning('action')
        .execute();
      const revocations = rows.filter(({ action }) => action === 'revoke').length;
      const deltas = { dead: -rows.length, waiting: rows.length, revoke_waiting: revocations };
      await countItems(trx, target.tenantId, targetId, deltas);
      return rows.length;
    });
  }

  again(targetId: string): Promise<number> {
    return this.#inOne((trx) => wantAgain(trx, this.#target(targetId)));
  }

  discard(targetId: string, ids: Ids): Promise<number> {
    return this.#inOne(async (trx) => {
      const target = this.#target(targetId);
      const rows = await trx
        .deleteFrom('target_items')
        .where('tenant_id', '=', target.tenantId)
        .where('target_id', '=', targetId)
        .where('fingerprint', 'in', deadOnes(trx, target, ids))
        .returning('fingerprint')
        .execute();
      await countItems(trx, target.tenantId, targetId, { dead: -rows.length });
      return rows.length;
    });
  }

  #target(targetId: string): TargetName {
    return { tenantId: this.#tenantId, targetId };
  }

  #inOne<T>(act: (trx: Trx) => Promise<T>): Promise<T> {
    return this.#context.db.transaction().execute(act);
  }
}
