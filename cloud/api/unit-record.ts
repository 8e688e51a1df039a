import type { UnitDetail } from '#cloud/contract/views.ts';
import { readRecord } from '#cloud/ingest/read-log.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import type { UnitRecord } from './unit-rows.ts';

type Entry = UnitDetail['timeline'][number];

const TITLES = {
  waiting: 'Record handed over',
  verified: 'Record handed over; its signature holds',
  refused: 'Record handed over; its signature does not hold',
} as const;
const STATES = { waiting: 'neutral', verified: 'ok', refused: 'failed' } as const;

/** The signed record of a unit, and its place in the time line. */
export async function recordOf(
  { db }: CloudContext,
  { tenant_id, run_id, at }: UnitRecord,
): Promise<{ record: UnitDetail['record']; entries: Entry[] }> {
  const row = await db
    .selectFrom('records')
    .select(['state', 'reason'])
    .where('tenant_id', '=', tenant_id)
    .where('run_id', '=', run_id)
    .executeTakeFirst();
  const text = row === undefined ? null : await readRecord(db, tenant_id, run_id);
  if (row === undefined || text === null) return { record: null, entries: [] };
  const { state, reason } = row;
  const title = TITLES[state];
  return {
    record: { ...text, state, reason },
    entries: [{ at: at.toISOString(), kind: 'record', title, detail: reason ?? '', state: STATES[state] }],
  };
}
