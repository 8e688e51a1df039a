import type { Selectable } from 'kysely';
import type { UnitRow } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { CloudContext } from '#cloud/server/context.ts';

export type UnitRecord = Selectable<CloudTables['units']> & { station: string };

/** A unit as lists show it. */
export function unitView(row: UnitRecord): UnitRow {
  return {
    id: row.id,
    chipUid: row.chip_uid,
    deviceId: row.device_id,
    serial: row.serial,
    outcome: row.outcome,
    failure: row.failure,
    stationId: row.station_id,
    station: row.station,
    batchId: row.batch_id,
    lot: row.lot,
    at: row.at.toISOString(),
    revoked: row.revoked,
  };
}

/** Units of a tenant with the name of the station that had each last. */
export const unitsOf = ({ db }: Pick<CloudContext, 'db'>, tenantId: string) =>
  db
    .selectFrom('units')
    .innerJoin('stations', (join) =>
      join.onRef('stations.tenant_id', '=', 'units.tenant_id').onRef('stations.id', '=', 'units.station_id'),
    )
    .selectAll('units')
    .select('stations.name as station')
    .where('units.tenant_id', '=', tenantId);
