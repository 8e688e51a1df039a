import { sql } from 'kysely';
import type { Db } from '#cloud/db/open.ts';
import type { Trx } from '#cloud/server/context.ts';
import type { WorkCounts } from '#connectors/queue/store.ts';

const COLUMNS = ['waiting', 'working', 'retry', 'registered', 'revoked', 'dead', 'revoke_waiting'] as const;
type Column = (typeof COLUMNS)[number];
export type Deltas = Partial<Record<Column, number>>;

/** Rows that the counts of one target are spread over, so that stations that hand over at once rarely meet. */
const PARTS = 16;

/** Items of one target, or of all of a tenant. From counters, whatever their number. */
export async function countsOfTargets(
  db: Db | Trx,
  tenantId: string,
  targetId?: string,
): Promise<WorkCounts> {
  let found = db
    .selectFrom('target_counts')
    .select(COLUMNS.map((name) => sql<number>`coalesce(sum(${sql.ref(name)}), 0)::bigint`.as(name)))
    .where('tenant_id', '=', tenantId);
  if (targetId !== undefined) found = found.where('target_id', '=', targetId);
  const row = await found.executeTakeFirstOrThrow();
  // Two nodes that count at once may be seen half-way; a screen need not know.
  const { waiting, working, retry, registered, revoked, dead, revoke_waiting: revokeWaiting } = row;
  const counts = { waiting, working, retry, registered, revoked, dead, revokeWaiting };
  for (const [name, value] of Object.entries(counts)) counts[name as keyof WorkCounts] = Math.max(0, value);
  return counts;
}

/** Adds to the counts of a target, in the transaction that changes its items. */
export async function countItems(
  trx: Trx,
  tenantId: string,
  targetId: string,
  deltas: Deltas,
): Promise<void> {
  const changed = COLUMNS.filter((name) => (deltas[name] ?? 0) !== 0);
  if (changed.length === 0) return;
  const part = Math.floor(Math.random() * PARTS);
  const row = Object.fromEntries(changed.map((name) => [name, deltas[name] ?? 0]));
  await trx
    .insertInto('target_counts')
    .values({ tenant_id: tenantId, target_id: targetId, part, ...row })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'target_id', 'part'])
        .doUpdateSet(
          Object.fromEntries(
            changed.map((name) => [
              name,
              sql<number>`${sql.ref(`target_counts.${name}`)} + ${sql.ref(`excluded.${name}`)}`,
            ]),
          ),
        ),
    )
    .execute();
}
