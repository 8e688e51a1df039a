import type { CloudContext } from '#cloud/server/context.ts';
import type { TransferRow } from '#cloud/contract/views.ts';
import { CourierError } from '#protocol/courier/errors.ts';
import { partName, transferOf, type PartHeader } from '#protocol/courier/manifest.ts';
import { openPart } from '#protocol/courier/open.ts';
import { refuseReplay } from '#protocol/courier/order.ts';
import { applyWaiting } from './apply-transfer.ts';
import { openKeys } from './courier-keys.ts';
import { keepPart, partsOf } from './parts.ts';
import { findTransfer, lastTransfer, transferView } from './transfer-rows.ts';

type Taken = PartHeader & { bytes: Buffer };

/** The row of the transfer that a part belongs to; its count is known once its last part is here. */
async function bookTransfer({ db, now }: CloudContext, header: Taken): Promise<void> {
  const { transferId, number, from, tenant, part } = header;
  await db
    .insertInto('transfers')
    .values({
      ...{ tenant_id: tenant, id: transferId, direction: 'up', station_id: from.id, number, at: now() },
      ...{ state: 'collecting', manifest: null, reason: null, parts: part.last ? part.index : 0 },
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'id'])
        .doUpdateSet({ at: now(), ...(part.last ? { parts: part.index } : {}) })
        .where('transfers.state', '=', 'collecting'),
    )
    .execute();
}

/** Two transfers under one number are two histories: the sender was restored. */
async function refuseRival(
  { db }: CloudContext,
  { tenant, from, number, transferId }: PartHeader,
): Promise<void> {
  const rival = await db
    .selectFrom('transfers')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('station_id', '=', from.id)
    .where('direction', '=', 'up')
    .where('number', '=', number)
    .where('state', '=', 'collecting')
    .where('parts', '>', 0)
    .where('id', '!=', transferId)
    .executeTakeFirst();
  if (rival === undefined) return;
  throw new CourierError('foreign-part', `Another transfer ${number} from ${from.name} is here already.`, {
    context: { number },
  });
}

async function countBytes({ db }: CloudContext, tenantId: string, id: string): Promise<boolean> {
  const parts = await partsOf({ db }, tenantId, id);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const row = await db
    .updateTable('transfers')
    .set({ bytes })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning(['parts', 'state'])
    .executeTakeFirstOrThrow();
  return row.state === 'collecting' && row.parts > 0 && parts.length === row.parts;
}

/**
 * Takes one sealed file from a stick: opened and believed, then kept sealed until the transfer is whole, which is then
 * applied, and with it those that waited for it. Throws CourierError.
 */
export async function takePart(context: CloudContext, tenantId: string, bytes: Buffer): Promise<TransferRow> {
  const { header } = await openPart(bytes, await openKeys(context, tenantId));
  const sender = { tenantId, stationId: header.from.id };
  refuseReplay(header, await lastTransfer(context.db, sender, 'up'));
  await refuseRival(context, header);
  await bookTransfer(context, { ...header, bytes });
  const place = { part: header.part.index, name: partName(transferOf(header), header.part.index), bytes };
  await keepPart(context, { tenantId, transferId: header.transferId }, place);
  if (await countBytes(context, tenantId, header.transferId)) await applyWaiting(context, sender);
  return transferView(context.db, await findTransfer(context.db, tenantId, header.transferId));
}
