import type { Selectable } from 'kysely';
import type { StationView } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { CloudContext } from '#cloud/server/context.ts';

export type StationRow = Selectable<CloudTables['stations']>;

/** A joined station that was heard of this recently counts as online, seconds: two of its usual polls. */
export const ONLINE_SECONDS = 120;
/** And as late when it was not for this long; one without a line never does. */
export const LATE_SECONDS = 86_400;

function stateOf(row: StationRow, now: Date): StationView['state'] {
  if (row.state !== 'joined') return row.state;
  if (row.forked) return 'forked';
  const silent = (now.getTime() - (row.last_contact ?? row.joined_at ?? now).getTime()) / 1000;
  if (silent <= ONLINE_SECONDS) return 'online';
  return silent > LATE_SECONDS && !row.courier ? 'late' : 'offline';
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export function stationViewOf(row: StationRow, units: number, now: Date): StationView {
  return {
    id: row.id,
    name: row.name,
    state: stateOf(row, now),
    courier: row.courier,
    version: row.version,
    joinedAt: iso(row.joined_at),
    lastContact: iso(row.last_contact),
    waiting: row.waiting,
    oldestAt: iso(row.oldest_at),
    epoch: row.epoch,
    position: row.position,
    clockOffset: row.clock_offset,
    certificateEnds: iso(row.certificate_ends),
    keyFingerprint: row.key_fingerprint,
    downHead: row.down_head,
    downApplied: row.down_applied,
    units,
    problem: row.problem,
  };
}

/** Units of stations, from their counters. */
export async function unitsOf(
  { db }: Pick<CloudContext, 'db'>,
  tenantId: string,
  stations: readonly string[],
): Promise<Map<string, number>> {
  if (stations.length === 0) return new Map();
  const rows = await db
    .selectFrom('counters')
    .select(['station_id', 'units_passed', 'units_failed', 'units_unknown'])
    .where('tenant_id', '=', tenantId)
    .where('station_id', 'in', stations)
    .execute();
  const units = new Map<string, number>();
  for (const row of rows) {
    const here = row.units_passed + row.units_failed + row.units_unknown;
    units.set(row.station_id, (units.get(row.station_id) ?? 0) + here);
  }
  return units;
}
