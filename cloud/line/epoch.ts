import { clearAlert, logEvent, raiseAlert } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { chainForked, hashAt } from '#cloud/ingest/chain-state.ts';
import { debitsSince } from '#cloud/ingest/debits-since.ts';
import type { EpochAnswer, epochRequest } from '#protocol/line.ts';
import type { z } from 'zod';
import type { StationIdentity } from './identity.ts';
import { holdSession } from './session.ts';

type EpochRequest = z.infer<typeof epochRequest>;

async function begin(
  context: CloudContext,
  trx: Trx,
  { tenantId, stationId }: StationIdentity,
  { common, reason }: EpochRequest,
): Promise<EpochAnswer> {
  const head = await trx
    .selectFrom('stations')
    .select(['name', 'epoch', 'position', 'hash'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const owner = { tenantId, stationId };
  const ours = common.epoch > head.epoch ? null : await hashAt(trx, owner, common.epoch, common.position);
  if (ours !== common.hash) throw chainForked('different', head, { position: common.position, hash: ours });
  const debits = await debitsSince(trx, owner, common, head.epoch);
  const place = { epoch: head.epoch + 1, position: common.position, hash: common.hash };
  const at = context.now();
  await trx
    .insertInto('epochs')
    .values({
      ...{ tenant_id: tenantId, station_id: stationId, epoch: place.epoch, parent: common.epoch },
      ...{ position: common.position, hash: common.hash, reason, at },
    })
    .execute();
  await trx
    .updateTable('stations')
    .set({ ...place, forked: false, problem: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .execute();
  await tell(trx, { tenantId, stationId, name: head.name }, place, reason, at);
  return { place, debits };
}

async function tell(
  trx: Trx,
  { tenantId, stationId, name }: { tenantId: string; stationId: string; name: string },
  place: { epoch: number; position: number },
  reason: string,
  at: Date,
): Promise<void> {
  await clearAlert(trx, tenantId, `chain-forked/${stationId}`, at);
  await raiseAlert(
    trx,
    tenantId,
    {
      key: `station-restored/${stationId}/${place.epoch}`,
      ...{ stationId, level: 'warning' },
      text: `${name} was restored from a backup and goes on in epoch ${place.epoch} behind message ${place.position}.`,
      next: 'What it had sent before stays here. Compare its counts with the parts on the shelf.',
    },
    at,
  );
  const detail = `epoch ${place.epoch} behind ${place.position}: ${reason}`;
  await logEvent(trx, tenantId, { actor: 'station', action: 'station-restored', subject: name, detail }, at);
}

/**
 * A restored station goes on in an epoch of its own behind the last place that both know. Told what was debited since.
 * Throws CloudError `chain-forked` where the place is not on the cloud's chain, `identity-in-use`.
 */
export async function beginEpoch(
  context: CloudContext,
  identity: StationIdentity,
  request: EpochRequest,
): Promise<EpochAnswer> {
  await holdSession(context, identity, request.session);
  return context.db.transaction().execute((trx) => begin(context, trx, identity, request));
}
