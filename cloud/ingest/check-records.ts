import { sql } from 'kysely';
import { raiseAlert } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { upBodies, upMessage, type UpBody } from '#protocol/up.ts';
import { readLog } from './read-log.ts';
import { PART, Tally } from './tally.ts';
import { unnest, type SetColumn } from './unnest.ts';
import { RecordChecker } from './verify-record.ts';

/** Records per transaction: one stored group of a busy station, or less. */
const CLAIM = 200;

interface Claimed {
  run_id: string;
  station_id: string;
  epoch: number;
  position: number;
}

interface Verdict {
  runId: string;
  reason: string | null;
}

/** Records that nobody else is checking: another node skips them. */
function claim(trx: Trx, tenantId: string): Promise<Claimed[]> {
  return trx
    .selectFrom('records')
    .select(['run_id', 'station_id', 'epoch', 'position'])
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'waiting')
    .orderBy('station_id')
    .orderBy('epoch')
    .orderBy('position')
    .limit(CLAIM)
    .forUpdate()
    .skipLocked()
    .execute();
}

/** The bodies of some records of one station and epoch, read through once. */
async function bodiesOf(
  trx: Trx,
  owner: { tenantId: string; stationId: string },
  claimed: readonly Claimed[],
): Promise<Map<string, UpBody<'record'>>> {
  const wanted = new Map(claimed.map((each) => [each.position, each.run_id]));
  const positions = [...wanted.keys()];
  const [from, last] = [Math.min(...positions), Math.max(...positions)];
  const found = new Map<string, UpBody<'record'>>();
  for await (const { position, line } of readLog(trx, owner, { epoch: claimed[0]?.epoch ?? 1, from })) {
    if (position > last) break;
    const runId = wanted.get(position);
    if (runId !== undefined) found.set(runId, upBodies.record.parse(upMessage.parse(JSON.parse(line)).b));
  }
  return found;
}

async function rootOf(trx: Trx, tenantId: string, stationId: string): Promise<Uint8Array | null> {
  const row = await trx
    .selectFrom('stations')
    .select('authority_root')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .executeTakeFirst();
  return row?.authority_root ?? null;
}

async function judge(
  trx: Trx,
  tenantId: string,
  stationId: string,
  claimed: readonly Claimed[],
): Promise<Verdict[]> {
  const root = await rootOf(trx, tenantId, stationId);
  if (root === null)
    return claimed.map(({ run_id }) => ({ runId: run_id, reason: 'Its station has no authority here' }));
  const bodies = await bodiesOf(trx, { tenantId, stationId }, claimed);
  const checker = new RecordChecker(root);
  return Promise.all(
    claimed.map(async ({ run_id }) => {
      const body = bodies.get(run_id);
      return {
        runId: run_id,
        reason: body === undefined ? 'Its text is not in the log' : await checker.check(body),
      };
    }),
  );
}

async function book(trx: Trx, tenantId: string, verdicts: readonly Verdict[], now: Date): Promise<void> {
  const columns: SetColumn<Verdict>[] = [
    ['run_id', 'text', ({ runId }) => runId],
    ['reason', 'text', ({ reason }) => reason],
  ];
  await sql`UPDATE records SET checked_at = ${now}, reason = t.reason,
      state = CASE WHEN t.reason IS NULL THEN 'verified' ELSE 'refused' END
    FROM ${unnest(verdicts, columns)} WHERE records.tenant_id = ${tenantId} AND records.run_id = t.run_id`.execute(
    trx,
  );
}

async function tellRefused(
  trx: Trx,
  { tenantId, stationId }: { tenantId: string; stationId: string },
  refused: readonly Verdict[],
  now: Date,
): Promise<void> {
  const [first] = refused;
  if (first === undefined) return;
  await raiseAlert(
    trx,
    tenantId,
    {
      key: `record-refused/${stationId}`,
      ...{ stationId, level: 'error' },
      text: `A signed record of this station does not hold (run ${first.runId}): ${first.reason ?? ''}`.slice(
        0,
        600,
      ),
      next: 'Set the part aside. Compare the record with the one on the station.',
    },
    now,
  );
}

/** Stations and epochs apart: each has its own authority and its own stretch of the log. */
function byStation(claimed: readonly Claimed[]): Claimed[][] {
  const groups = new Map<string, Claimed[]>();
  for (const each of claimed) {
    const key = `${each.station_id}/${each.epoch}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

/** Checks the signatures of records that wait, one claim of one tenant. Returns how many it looked at. */
export async function checkRecords(
  { db, now }: Pick<CloudContext, 'db' | 'now'>,
  tenantId: string,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const claimed = await claim(trx, tenantId);
    const tally = new Tally();
    for (const group of byStation(claimed)) {
      const stationId = group[0]?.station_id ?? '';
      const verdicts = await judge(trx, tenantId, stationId, group);
      await book(trx, tenantId, verdicts, now());
      const refused = verdicts.filter(({ reason }) => reason !== null);
      await tellRefused(trx, { tenantId, stationId }, refused, now());
      tally.add(stationId, 'records_waiting', -verdicts.length);
      tally.add(stationId, 'records_refused', refused.length);
      tally.add(stationId, 'records_verified', verdicts.length - refused.length);
    }
    await tally.write(trx, tenantId, PART.checks);
    return claimed.length;
  });
}
