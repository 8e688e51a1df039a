import type { CloudContext } from '#cloud/server/context.ts';
import { notFound } from './api-error.ts';
import type { Call, Some } from './handlers.ts';
import { anyStartsWith, before, byTime, cursorOf, page, readCursor } from './paging.ts';
import { unitDetail } from './unit-detail.ts';
import { unitsOf, unitView } from './unit-rows.ts';

type Context = Pick<CloudContext, 'db'>;

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
