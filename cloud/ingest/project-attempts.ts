import { sql } from 'kysely';
import { raiseAlert } from '#cloud/server/alerts.ts';
import type { UpBody } from '#protocol/up.ts';
import { lastOf, type Placed } from './bodies.ts';
import type { Projection } from './projection.ts';
import { insertSet, setAll, type SetColumn } from './unnest.ts';

export type Attempt = Placed<UpBody<'attempt'>>;

function columnsOf({ stationId, epoch }: Projection): SetColumn<Attempt>[] {
  return [
    ['run_id', 'text', ({ body }) => body.runId],
    ['station_id', 'uuid', () => stationId],
    ['epoch', 'integer', () => epoch],
    ['position', 'bigint', ({ position }) => position],
    ['batch_id', 'uuid', ({ body }) => body.batchId],
    ['job_id', 'text', ({ body }) => body.jobId],
    ['job_revision', 'bigint', ({ body }) => body.jobRevision],
    ['lot', 'text', ({ body }) => body.lot],
    ['site', 'text', ({ body }) => body.site],
    ['operator', 'text', ({ body }) => body.operator],
    ['attempt', 'bigint', ({ body }) => body.attempt],
    ['chip_uid', 'text', ({ body }) => body.chipUid],
    ['device_id', 'text', ({ body }) => body.deviceId],
    ['serial', 'text', ({ body }) => body.serial],
    ['outcome', 'text', ({ body }) => body.outcome],
    ['code', 'text', ({ body }) => body.code],
    ['what', 'text', ({ body }) => body.what],
    ['started_at', 'timestamptz', ({ body }) => body.startedAt],
    ['ended_at', 'timestamptz', ({ body }) => body.endedAt],
    ['seconds', 'float8', ({ body }) => body.seconds],
    ['debited', 'boolean', ({ body }) => body.debited],
  ];
}

interface Known {
  run_id: string;
  station_id: string;
  job_id: string;
  job_revision: number;
  debited: boolean;
}

async function knownRuns(
  { trx, tenantId }: Projection,
  runs: readonly string[],
): Promise<Map<string, Known>> {
  const rows = await trx
    .selectFrom('attempts')
    .select(['run_id', 'station_id', 'job_id', 'job_revision', 'debited'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`run_id = ANY(${runs}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.run_id, row]));
}

/** A run that another station has reported is not this station's to change. */
async function refuseForeign(to: Projection, foreign: readonly Attempt[]): Promise<void> {
  const [first] = foreign;
  if (first === undefined) return;
  const { trx, tenantId, stationId, now } = to;
  await raiseAlert(
    trx,
    tenantId,
    {
      key: `foreign-run/${stationId}`,
      ...{ stationId, level: 'error' },
      text: `This station reports run ${first.body.runId}, which another station has reported. The first report stands.`,
      next: 'Look whether two stations work with copies of one data folder.',
    },
    now,
  );
}

/** Units debited per job revision: what this group adds to, or takes back from, what was known. */
async function projectDebits(
  to: Projection,
  rows: readonly Attempt[],
  known: Map<string, Known>,
): Promise<void> {
  const sums = new Map<string, { job: string; revision: number; units: number }>();
  const add = (job: string, revision: number, units: number): void => {
    const key = `${revision}/${job}`;
    const sum = sums.get(key) ?? { job, revision, units: 0 };
    sums.set(key, { ...sum, units: sum.units + units });
  };
  for (const { body } of rows) {
    const before = known.get(body.runId);
    if (before?.debited === true) add(before.job_id, before.job_revision, -1);
    if (body.debited) add(body.jobId, body.jobRevision, 1);
  }
  const changed = [...sums.values()].filter(({ units }) => units !== 0);
  if (changed.length === 0) return;
  const columns: SetColumn<(typeof changed)[number]>[] = [
    ['station_id', 'uuid', () => to.stationId],
    ['job_id', 'text', ({ job }) => job],
    ['job_revision', 'bigint', ({ revision }) => revision],
    ['units', 'bigint', ({ units }) => units],
  ];
  const conflict = sql`ON CONFLICT (tenant_id, station_id, job_id, job_revision)
    DO UPDATE SET units = debits.units + excluded.units`;
  await insertSet('debits', to.tenantId, { rows: changed, columns }, conflict).execute(to.trx);
}

/** The last message of each run; returns those that were taken. */
export async function projectAttempts(to: Projection, placed: readonly Attempt[]): Promise<Attempt[]> {
  if (placed.length === 0) return [];
  const last = lastOf(placed, ({ runId }) => runId);
  const known = await knownRuns(
    to,
    last.map(({ body }) => body.runId),
  );
  const isForeign = ({ body }: Attempt): boolean =>
    (known.get(body.runId)?.station_id ?? to.stationId) !== to.stationId;
  await refuseForeign(to, last.filter(isForeign));
  const rows = last.filter((each) => !isForeign(each));
  if (rows.length === 0) return [];
  const columns = columnsOf(to);
  const conflict = sql`ON CONFLICT (tenant_id, run_id) DO UPDATE SET ${setAll(columns)}
    WHERE attempts.station_id = excluded.station_id`;
  await insertSet('attempts', to.tenantId, { rows, columns }, conflict).execute(to.trx);
  await projectDebits(to, rows, known);
  to.tally.add(to.stationId, 'attempts', rows.filter(({ body }) => !known.has(body.runId)).length);
  return rows;
}
