import { sql } from 'kysely';
import type { UpBody } from '#protocol/up.ts';
import { lastOf, type Placed } from './bodies.ts';
import type { Projection } from './projection.ts';
import { insertSet, setAll, type SetColumn } from './unnest.ts';

type Batch = Placed<UpBody<'batch'>>;

function columnsOf({ stationId, epoch }: Projection): SetColumn<Batch>[] {
  return [
    ['id', 'uuid', ({ body }) => body.id],
    ['station_id', 'uuid', () => stationId],
    ['epoch', 'integer', () => epoch],
    ['position', 'bigint', ({ position }) => position],
    ['job_id', 'text', ({ body }) => body.jobId],
    ['job_name', 'text', ({ body }) => body.jobName],
    ['job_revision', 'bigint', ({ body }) => body.jobRevision],
    ['job_sha256', 'text', ({ body }) => body.jobSha256],
    ['traveller', 'text', ({ body }) => body.traveller],
    ['lot', 'text', ({ body }) => body.lot],
    ['quantity', 'bigint', ({ body }) => body.quantity],
    ['state', 'text', ({ body }) => body.state],
    ['opened_by', 'text', ({ body }) => body.openedBy],
    ['opened_at', 'timestamptz', ({ body }) => body.openedAt],
    ['closed_at', 'timestamptz', ({ body }) => body.closedAt],
    ['made', 'bigint', ({ body }) => body.counts.made],
    ['failed', 'bigint', ({ body }) => body.counts.failed],
    ['unknown', 'bigint', ({ body }) => body.counts.unknown],
    ['attempts', 'bigint', ({ body }) => body.counts.attempts],
    ['debited', 'bigint', ({ body }) => body.counts.debited],
  ];
}

const counterOf = (state: string) => (state === 'closed' ? 'batches_closed' : 'batches_open');

/** The newest state of each batch; one of another station under the same id stays that station's. */
export async function projectBatches(to: Projection, placed: readonly Batch[]): Promise<void> {
  if (placed.length === 0) return;
  const { trx, tenantId, stationId, tally } = to;
  const rows = lastOf(placed, ({ id }) => id);
  const known = await trx
    .selectFrom('batches')
    .select(['id', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('station_id', '=', stationId)
    .where(
      'id',
      'in',
      rows.map(({ body }) => body.id),
    )
    .execute();
  const columns = columnsOf(to);
  const conflict = sql`ON CONFLICT (tenant_id, id) DO UPDATE SET ${setAll(columns)}
    WHERE batches.station_id = excluded.station_id RETURNING id, state`;
  const { rows: written } = await sql<{
    id: string;
    state: string;
  }>`${insertSet('batches', tenantId, { rows, columns }, conflict)}`.execute(trx);
  for (const { state } of known) tally.add(stationId, counterOf(state), -1);
  for (const { state } of written) tally.add(stationId, counterOf(state), 1);
}
