import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { DOWN_TYPE, downBodies, type DownBody, type DownKind, type DownMessage } from '#protocol/down.ts';
import { signJws } from '#services/records/jws.ts';

export interface Addressee {
  tenantId: string;
  stationId: string;
}

/**
 * Puts one message into a station's queue: numbered without a gap under the lock of the station's row, signed by the
 * tenant. Returns its number. Part of the caller's transaction: a message whose reason was rolled back was never there.
 */
export async function queueDown<K extends DownKind>(
  context: Pick<CloudContext, 'authorities' | 'now'>,
  trx: Trx,
  { tenantId, stationId }: Addressee,
  kind: K,
  body: DownBody<K>,
): Promise<number> {
  const { down_head: sequence } = await trx
    .updateTable('stations')
    .set({ down_head: sql<number>`down_head + 1` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .returning('down_head')
    .executeTakeFirstOrThrow();
  const [id, at] = [randomUUID(), context.now()];
  const message: DownMessage = {
    format: 'rootline-down/1',
    ...{ tenant: tenantId, station: stationId, sequence, id, kind, at: at.toISOString() },
    body: downBodies[kind].parse(body),
  };
  const { signer, issuing } = await context.authorities.of(tenantId);
  const chain = [signer.certificate, issuing.certificate];
  const jws = await signJws({ signer: signer.signer, chain }, DOWN_TYPE, JSON.stringify(message));
  await trx
    .insertInto('down')
    .values({ tenant_id: tenantId, station_id: stationId, sequence, id, kind, jws, at })
    .execute();
  return sequence;
}
