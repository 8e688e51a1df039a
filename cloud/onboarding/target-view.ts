import type { Selectable } from 'kysely';
import type { TargetView } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { countsOfTargets } from './counts.ts';

export type TargetRow = Selectable<CloudTables['targets']>;

/** A target as people see it. The password does not leave. */
export async function targetView({ db }: Pick<CloudContext, 'db'>, row: TargetRow): Promise<TargetView> {
  const counts = await countsOfTargets(db, row.tenant_id, row.id);
  const { retry, registered, dead, revoked } = counts;
  const { health_ok: ok, health_text: text, health_at: at } = row;
  return {
    id: row.id,
    name: row.name,
    kind: 'mosquitto',
    mode: row.mode,
    url: row.url,
    jobs: row.jobs,
    paused: row.paused,
    health: ok === null || at === null ? null : { ok, text: text ?? '', at: at.toISOString() },
    counts: { waiting: counts.waiting + counts.working, retry, registered, dead, revoked },
    ratePerSecond: row.rate,
  };
}
