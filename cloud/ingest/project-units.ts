import { sql } from 'kysely';
import { raiseAlert } from '#cloud/server/alerts.ts';
import type { Attempt } from './project-attempts.ts';
import type { Projection } from './projection.ts';
import { insertSet, setAll, type SetColumn } from './unnest.ts';

/** An attempt on a chip that answered, under the id that its unit has from now on. */
interface UnitState extends Attempt {
  id: string;
  chipUid: string;
}

interface KnownUnit {
  id: string;
  chip_uid: string;
  station_id: string;
  outcome: 'passed' | 'failed' | 'unknown';
  at: Date;
}

const hasChip = (each: Attempt): boolean => each.body.chipUid !== null;
const uidOf = (chipUid: string): string => `uid:${chipUid}`;

/** Binds device ids to the chips that had them first. Returns the chip of each id. */
async function bindIdentities(to: Projection, attempts: readonly Attempt[]): Promise<Map<string, string>> {
  const rows = [...new Map(attempts.map((each) => [each.body.deviceId ?? '', each])).values()].filter(
    ({ body }) => body.deviceId !== null,
  );
  if (rows.length === 0) return new Map();
  const columns: SetColumn<Attempt>[] = [
    ['device_id', 'text', ({ body }) => body.deviceId],
    ['chip_uid', 'text', ({ body }) => body.chipUid],
    ['station_id', 'uuid', () => to.stationId],
    ['run_id', 'text', ({ body }) => body.runId],
    ['at', 'timestamptz', ({ body }) => body.endedAt],
  ];
  await insertSet('identities', to.tenantId, { rows, columns }, sql`ON CONFLICT DO NOTHING`).execute(to.trx);
  const bound = await to.trx
    .selectFrom('identities')
    .select(['device_id', 'chip_uid'])
    .where('tenant_id', '=', to.tenantId)
    .where(sql<boolean>`device_id = ANY(${rows.map(({ body }) => body.deviceId)}::text[])`)
    .execute();
  return new Map(bound.map((row) => [row.device_id, row.chip_uid]));
}

/** Two chips with one key: one of them is a copy, and neither can be told from the other later. */
async function tellTwin(
  to: Projection,
  deviceId: string,
  chips: [first: string, second: string],
): Promise<void> {
  await raiseAlert(
    to.trx,
    to.tenantId,
    {
      key: `identity-seen/${deviceId}`,
      ...{ stationId: to.stationId, level: 'error' },
      text: `Chip ${chips[1]} has the key of chip ${chips[0]} (device id ${deviceId.slice(0, 16)}…).`,
      next: 'Set both parts aside and revoke the certificate: a key in two chips is a copy.',
    },
    to.now,
  );
}

async function knownUnits(to: Projection, chips: readonly string[]): Promise<Map<string, KnownUnit>> {
  const rows = await to.trx
    .selectFrom('units')
    .select(['id', 'chip_uid', 'station_id', 'outcome', 'at'])
    .where('tenant_id', '=', to.tenantId)
    .where(sql<boolean>`chip_uid = ANY(${chips}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.chip_uid, row]));
}

/** A unit is called by its device id once it has one that is its own. */
async function idOf(
  to: Projection,
  { body }: Attempt,
  owners: Map<string, string>,
  known?: KnownUnit,
): Promise<string> {
  const chipUid = body.chipUid ?? '';
  if (body.deviceId === null) return known?.id ?? uidOf(chipUid);
  const owner = owners.get(body.deviceId) ?? chipUid;
  if (owner === chipUid) return body.deviceId;
  await tellTwin(to, body.deviceId, [owner, chipUid]);
  return uidOf(chipUid);
}

function columnsOf({ stationId, epoch }: Projection): SetColumn<UnitState>[] {
  return [
    ['id', 'text', ({ id }) => id],
    ['station_id', 'uuid', () => stationId],
    ['epoch', 'integer', () => epoch],
    ['position', 'bigint', ({ position }) => position],
    ['batch_id', 'uuid', ({ body }) => body.batchId],
    ['run_id', 'text', ({ body }) => body.runId],
    ['job_id', 'text', ({ body }) => body.jobId],
    ['lot', 'text', ({ body }) => body.lot],
    ['chip_uid', 'text', ({ chipUid }) => chipUid],
    ['device_id', 'text', ({ body }) => body.deviceId],
    ['serial', 'text', ({ body }) => body.serial],
    ['outcome', 'text', ({ body }) => body.outcome],
    ['code', 'text', ({ body }) => body.code],
    ['failure', 'text', ({ body }) => body.what],
    ['at', 'timestamptz', ({ body }) => body.endedAt],
  ];
}

const counterOf = (outcome: KnownUnit['outcome']) => `units_${outcome}` as const;

/** Passed units per day, and the unit counters of whoever reported them. */
async function count(
  to: Projection,
  states: readonly UnitState[],
  known: Map<string, KnownUnit>,
): Promise<void> {
  const days = new Map<string, number>();
  for (const { chipUid, body } of states) {
    const before = known.get(chipUid);
    if (before !== undefined) to.tally.add(before.station_id, counterOf(before.outcome), -1);
    to.tally.add(to.stationId, counterOf(body.outcome), 1);
    const day = body.endedAt.slice(0, 10);
    if (body.outcome === 'passed' && before?.outcome !== 'passed') days.set(day, (days.get(day) ?? 0) + 1);
  }
  if (days.size === 0) return;
  const columns: SetColumn<[string, number]>[] = [
    ['station_id', 'uuid', () => to.stationId],
    ['day', 'text', ([day]) => day],
    ['passed', 'bigint', ([, passed]) => passed],
  ];
  const conflict = sql`ON CONFLICT (tenant_id, day, station_id) DO UPDATE SET passed = days.passed + excluded.passed`;
  await insertSet('days', to.tenantId, { rows: [...days], columns }, conflict).execute(to.trx);
}

/** A unit that is called otherwise from now on gives up its former row. */
async function dropRenamed(
  to: Projection,
  states: readonly UnitState[],
  known: Map<string, KnownUnit>,
): Promise<void> {
  const former = states.flatMap(({ chipUid, id }) => {
    const before = known.get(chipUid);
    return before === undefined || before.id === id ? [] : [before.id];
  });
  if (former.length === 0) return;
  await to.trx
    .deleteFrom('units')
    .where('tenant_id', '=', to.tenantId)
    .where(sql<boolean>`id = ANY(${former}::text[])`)
    .execute();
}

/** The newest state of every chip that answered. What another station reported later stands. */
export async function projectUnits(to: Projection, attempts: readonly Attempt[]): Promise<void> {
  const answered = attempts.filter(hasChip);
  if (answered.length === 0) return;
  const owners = await bindIdentities(to, answered);
  const newest = new Map(answered.map((each) => [each.body.chipUid ?? '', each]));
  const known = await knownUnits(to, [...newest.keys()]);
  const states: UnitState[] = [];
  for (const [chipUid, each] of newest) {
    const before = known.get(chipUid);
    const later =
      before !== undefined && before.station_id !== to.stationId && before.at > new Date(each.body.endedAt);
    if (!later) states.push({ ...each, chipUid, id: await idOf(to, each, owners, before) });
  }
  if (states.length === 0) return;
  await dropRenamed(to, states, known);
  const columns = columnsOf(to);
  const conflict = sql`ON CONFLICT (tenant_id, id) DO UPDATE SET ${setAll(columns)}`;
  await insertSet('units', to.tenantId, { rows: states, columns }, conflict).execute(to.trx);
  await count(to, states, known);
}
