import type { Selectable } from 'kysely';
import type { BatchRow } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { notFound } from './api-error.ts';
import type { Call, Some } from './handlers.ts';
import { anyStartsWith, before, byTimeAndUuid, cursorOf, page, readCursor } from './paging.ts';

type Context = Pick<CloudContext, 'db'>;
type Row = Selectable<CloudTables['batches']> & { station: string };

function batchView(row: Row): BatchRow {
  return {
    id: row.id,
    stationId: row.station_id,
    station: row.station,
    jobId: row.job_id,
    jobName: row.job_name,
    jobRevision: row.job_revision,
    lot: row.lot,
    traveller: row.traveller,
    quantity: row.quantity,
    state: row.state,
    openedAt: row.opened_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    made: row.made,
    failed: row.failed,
    unknown: row.unknown,
    debited: row.debited,
  };
}

const batchesOf = ({ db }: Context, tenantId: string) =>
  db
    .selectFrom('batches')
    .innerJoin('stations', (join) =>
      join
        .onRef('stations.tenant_id', '=', 'batches.tenant_id')
        .onRef('stations.id', '=', 'batches.station_id'),
    )
    .selectAll('batches')
    .select('stations.name as station')
    .where('batches.tenant_id', '=', tenantId);

async function list(context: Context, { caller, query }: Call<'batches'>) {
  const { text, state, stationId, after, limit } = query;
  const cursor = readCursor(after, byTimeAndUuid);
  let found = batchesOf(context, caller.tenantId);
  if (text !== '') found = found.where(anyStartsWith(['batches.lot', 'batches.traveller'], text));
  if (state !== 'all') found = found.where('batches.state', state === 'closed' ? '=' : '!=', 'closed');
  if (stationId !== undefined) found = found.where('batches.station_id', '=', stationId);
  if (cursor !== null) found = found.where(before(['batches.opened_at', 'batches.id'], cursor));
  const rows = await found
    .orderBy('batches.opened_at', 'desc')
    .orderBy('batches.id', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, [batchView, ({ opened_at, id }) => cursorOf(opened_at, id)]);
}

export function batchHandlers(context: Context): Some<'batches' | 'batch'> {
  return {
    batches: (call) => list(context, call),
    batch: async ({ caller, params }) => {
      const row = await batchesOf(context, caller.tenantId)
        .where('batches.id', '=', params.id)
        .executeTakeFirst();
      if (row === undefined) throw notFound('batch');
      return batchView(row);
    },
  };
}
