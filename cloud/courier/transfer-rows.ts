import type { TransferRow } from '#cloud/contract/views.ts';
import { notFound } from '#cloud/api/api-error.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import type { LastTaken } from '#protocol/courier/order.ts';

type Db = CloudContext['db'];

export function transfersOf(db: Db, tenantId: string) {
  return db
    .selectFrom('transfers')
    .innerJoin('stations', (join) =>
      join
        .onRef('stations.tenant_id', '=', 'transfers.tenant_id')
        .onRef('stations.id', '=', 'transfers.station_id'),
    )
    .selectAll('transfers')
    .select('stations.name as station')
    .where('transfers.tenant_id', '=', tenantId);
}

export type TransferRecord = Awaited<ReturnType<ReturnType<typeof transfersOf>['executeTakeFirstOrThrow']>>;

/** Parts that are named as missing at most. */
const NAMED = 50;

/** Parts of a transfer that have not been brought yet, as far as that is known. */
async function missingOf(db: Db, { tenant_id, id, state, parts }: TransferRecord): Promise<number[]> {
  if (state !== 'collecting') return [];
  const rows = await db
    .selectFrom('transfer_parts')
    .select('part')
    .where('tenant_id', '=', tenant_id)
    .where('transfer_id', '=', id)
    .execute();
  const have = new Set(rows.map(({ part }) => part));
  const until = parts === 0 ? Math.max(0, ...have) + 1 : parts;
  const all = Array.from({ length: until }, (_, at) => at + 1);
  return all.filter((index) => !have.has(index)).slice(0, NAMED);
}

export async function transferView(db: Db, row: TransferRecord): Promise<TransferRow> {
  return {
    id: row.id,
    direction: row.direction,
    stationId: row.station_id,
    station: row.station,
    number: row.number,
    state: row.state,
    parts: row.parts,
    bytes: row.bytes,
    missing: await missingOf(db, row),
    at: row.at.toISOString(),
    reason: row.reason,
  };
}

export async function findTransfer(db: Db, tenantId: string, id: string): Promise<TransferRecord> {
  const row = await transfersOf(db, tenantId).where('transfers.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound('transfer');
  return row;
}

/** The transfer of a station, or to it, that counts as the last. */
export async function lastTransfer(
  db: Db,
  { tenantId, stationId }: { tenantId: string; stationId: string },
  direction: 'up' | 'down',
): Promise<LastTaken | null> {
  const row = await db
    .selectFrom('transfers')
    .select(['number', 'manifest'])
    .where('tenant_id', '=', tenantId)
    .where('station_id', '=', stationId)
    .where('direction', '=', direction)
    .where('state', 'in', ['applied', 'written', 'acknowledged'])
    .where('manifest', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { number: row.number, manifest: row.manifest ?? '' };
}
