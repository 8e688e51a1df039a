import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { Db } from '#cloud/db/open.ts';
import type { Trx } from '#cloud/server/context.ts';
import { upBodies, upMessage, type UpBody } from '#protocol/up.ts';
import type { ChainOwner } from './chain-state.ts';

const decompress = promisify(zstdDecompress);

/** Lines of the log of one epoch from a position on, in order, a stored group at a time. */
export async function* readLog(
  db: Db | Trx,
  owner: ChainOwner,
  { epoch, from }: { epoch: number; from: number },
): AsyncGenerator<{ position: number; line: string }> {
  for (let next = from; ;) {
    const row = await db
      .selectFrom('log')
      .select(['first', 'last', 'lines'])
      .where('tenant_id', '=', owner.tenantId)
      .where('station_id', '=', owner.stationId)
      .where('epoch', '=', epoch)
      .where('last', '>=', next)
      .orderBy('first')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return;
    const lines = (await decompress(row.lines)).toString('utf8').split('\n');
    for (let position = Math.max(next, row.first); position <= row.last; position++)
      yield { position, line: lines[position - row.first] ?? '' };
    next = row.last + 1;
  }
}

/** One message as it came, or null where the cloud holds none. */
export async function readLine(
  db: Db | Trx,
  owner: ChainOwner,
  place: { epoch: number; position: number },
): Promise<string | null> {
  for await (const { position, line } of readLog(db, owner, { epoch: place.epoch, from: place.position }))
    return position === place.position ? line : null;
  return null;
}

/** Protected header, payload and signature of a record as a compact JWS (RFC 7515, 7.1). */
export function compactJws({ json, protected: head, signature }: UpBody<'record'>): string {
  return `${head}.${Buffer.from(json).toString('base64url')}.${signature}`;
}

/** Signed record of a run, from the log: its JSON text and compact JWS. Null where there is none. */
export async function readRecord(
  db: Db,
  tenantId: string,
  runId: string,
): Promise<{ json: string; jws: string } | null> {
  const row = await db
    .selectFrom('records')
    .select(['station_id', 'epoch', 'position'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const line = await readLine(db, { tenantId, stationId: row.station_id }, row);
  if (line === null) return null;
  const body = upBodies.record.parse(upMessage.parse(JSON.parse(line)).b);
  return { json: body.json, jws: compactJws(body) };
}
