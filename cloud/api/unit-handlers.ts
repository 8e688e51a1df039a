import type { Selectable } from 'kysely';
import type { UnitRow } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { notFound } from './api-error.ts';
import type { Call, Some } from './handlers.ts';
import { anyStartsWith, before, byTime, cursorOf, page, readCursor } from './paging.ts';
import { unitDetail } from './unit-detail.ts';

type Context = Pick<CloudContext, 'db'>;
export type UnitRecord = Selectable<CloudTables['units']> & { station: string };

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

const unitsOf = ({ db }: Context, tenantId: string) =>
  db
    .selectFrom('units')
    .innerJoin('stations', (join) =>
      join.onRef('stations.tenant_id', '=', 'units.tenant_id').onRef('stations.id', '=', 'units.station_id'),
    )
    .selectAll('units')
    .select('stations.name as station')
    .where('units.tenant_id', '=', tenantId);

/** The id of a unit is its device id, or `uid:` and the chip's: a prefix of either is a prefix of an index. */
const SEARCHED = ['units.id', 'units.chip_uid', 'units.serial', 'units.lot'];

async function list(context: Context, { caller, query }: Call<'units'>) {
  const { text, outcome, batchId, after, limit } = query;
  const cursor = readCursor(after, byTime);
  let found = unitsOf(context, caller.tenantId);
  if (text !== '') found = found.where(anyStartsWith(SEARCHED, text));
  if (outcome !== undefined) found = found.where('units.outcome', '=', outcome);
  if (batchId !== undefined) found = found.where('units.batch_id', '=', batchId);
  if (cursor !== null) found = found.where(before(['units.at', 'units.id'], cursor));
  const rows = await found
    .orderBy('units.at', 'desc')
    .orderBy('units.id', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, [unitView, ({ at, id }) => cursorOf(at, id)]);
}

/** Units of the fleet, and one with all that is known of it. */
export function unitHandlers(context: CloudContext): Some<'units' | 'unit'> {
  return {
    units: (call) => list(context, call),
    unit: async ({ caller, params }) => {
      const row = await unitsOf(context, caller.tenantId)
        .where('units.id', '=', params.id)
        .executeTakeFirst();
      if (row === undefined) throw notFound('unit');
      return unitDetail(context, row, unitView(row));
    },
  };
}
