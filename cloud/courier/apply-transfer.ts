import { queueDown } from '#cloud/down/queue-down.ts';
import { ingestLines } from '#cloud/ingest/ingest.ts';
import { renewCredentials } from '#cloud/line/renew.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { checkAll, linesOf, unchanged, type CheckedTransfer } from '#protocol/courier/assemble.ts';
import { CourierError } from '#protocol/courier/errors.ts';
import { openPart, type OpenedPart, type OpenKeys } from '#protocol/courier/open.ts';
import { refuseUnlessNext } from '#protocol/courier/order.ts';
import { courierUpHead, type CourierUpHead } from '#protocol/courier-content.ts';
import { openKeys } from './courier-keys.ts';
import { dropParts, partsOf, readPart } from './parts.ts';
import { lastTransfer } from './transfer-rows.ts';

export interface Sender {
  tenantId: string;
  stationId: string;
}

/** The parts of a transfer, opened one at a time. */
async function* opened(
  context: CloudContext,
  tenantId: string,
  id: string,
  keys: OpenKeys,
): AsyncGenerator<OpenedPart> {
  for (const part of await partsOf(context, tenantId, id))
    yield await openPart(await readPart(context, tenantId, part), keys);
}

/** Lines of a transfer that was checked; each part must still be the one that was. */
async function* linesAgain(
  context: CloudContext,
  { tenantId }: Sender,
  { transfer, payloads }: CheckedTransfer,
  keys: OpenKeys,
): AsyncGenerator<string> {
  let at = 0;
  for await (const part of opened(context, tenantId, transfer.transferId, keys)) {
    yield* linesOf(unchanged(part, payloads[at]));
    at += 1;
  }
}

async function readHead(lines: AsyncGenerator<string>): Promise<CourierUpHead> {
  const first = await lines.next();
  const head = courierUpHead.safeParse(first.done === true ? null : JSON.parse(first.value));
  if (head.success) return head.data;
  throw new CourierError('newer-format', 'The courier file does not begin as this program knows it.', {
    cause: head.error,
  });
}

/** What the head says beside the messages: how far the station has applied ours, and whether it needs certificates. */
async function takeHead(
  context: CloudContext,
  { tenantId, stationId }: Sender,
  head: CourierUpHead,
): Promise<void> {
  const now = context.now();
  const renewing = { tenantId, stationId, name: head.name };
  const credentials = head.renew === null ? null : await renewCredentials(context, renewing, head.renew);
  await context.db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('stations')
      .set((of) => ({
        ...{ version: head.version, last_contact: now, waiting: 0, oldest_at: null },
        down_applied: of.fn('greatest', [
          'down_applied',
          of.fn('least', ['down_head', of.val(head.applied)]),
        ]),
      }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', stationId)
      .returning(['epoch', 'position', 'hash', 'down_applied'])
      .executeTakeFirstOrThrow();
    if (credentials !== null)
      await queueDown(context, trx, { tenantId, stationId }, 'certificate', credentials);
    const { epoch, position, hash } = row;
    await queueDown(context, trx, { tenantId, stationId }, 'ack', { place: { epoch, position, hash } });
    await trx
      .updateTable('transfers')
      .set({ state: 'acknowledged' })
      .where('tenant_id', '=', tenantId)
      .where('station_id', '=', stationId)
      .where('direction', '=', 'down')
      .where('state', '=', 'written')
      .where('down_last', '<=', row.down_applied)
      .execute();
  });
}

async function settle(
  { db, now }: CloudContext,
  { tenantId, stationId }: Sender,
  { id, manifest, reason }: { id: string; manifest: string | null; reason: string | null },
): Promise<void> {
  const state = manifest === null ? 'refused' : 'applied';
  await db
    .updateTable('transfers')
    .set({ state, manifest, reason, at: now() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
  const event = { actor: 'courier', action: `transfer.${state}`, subject: id, detail: reason ?? stationId };
  await logEvent(db, tenantId, event, now());
}

async function apply(context: CloudContext, sender: Sender, id: string): Promise<void> {
  const keys = await openKeys(context, sender.tenantId);
  const checked = await checkAll(opened(context, sender.tenantId, id, keys));
  refuseUnlessNext(checked.transfer, await lastTransfer(context.db, sender, 'up'));
  const lines = linesAgain(context, sender, checked, keys);
  const head = await readHead(lines);
  const { epoch, position } = head.from;
  await ingestLines(context, { ...sender, via: 'courier' }, { epoch, from: position + 1 }, lines);
  await takeHead(context, sender, head);
  await settle(context, sender, { id, manifest: checked.manifest, reason: null });
  await dropParts(context, sender.tenantId, id);
}

/** Whether a transfer is given up because of that: what time, another stick or the database may cure is no reason. */
function isFinal(error: unknown): error is CloudError | CourierError {
  if (error instanceof CourierError) return !['gap', 'missing-part'].includes(error.code);
  return error instanceof CloudError && error.status < 500 && error.status !== 429;
}

async function nextWhole({ db }: CloudContext, { tenantId, stationId }: Sender): Promise<string | null> {
  const row = await db
    .selectFrom('transfers')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('station_id', '=', stationId)
    .where('direction', '=', 'up')
    .where('state', '=', 'collecting')
    .where('parts', '>', 0)
    .where('parts', '=', (of) =>
      of
        .selectFrom('transfer_parts')
        .select(of.fn.countAll<number>().as('here'))
        .whereRef('transfer_parts.tenant_id', '=', 'transfers.tenant_id')
        .whereRef('transfer_parts.transfer_id', '=', 'transfers.id'),
    )
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Applies the whole transfers of a station in the order of their numbers, as far as none is missing. Applying one twice,
 * also on two nodes at once, changes nothing: its messages are known by then. Throws what time may cure.
 */
export async function applyWaiting(context: CloudContext, sender: Sender): Promise<void> {
  for (let id = await nextWhole(context, sender); id !== null; id = await nextWhole(context, sender))
    try {
      await apply(context, sender, id);
    } catch (error) {
      if (error instanceof CourierError && error.code === 'gap') return tellGap(context, sender, id, error);
      if (!isFinal(error)) throw error;
      await settle(context, sender, { id, manifest: null, reason: error.message });
    }
}

async function tellGap(
  { db }: CloudContext,
  { tenantId }: Sender,
  id: string,
  gap: CourierError,
): Promise<void> {
  await db
    .updateTable('transfers')
    .set({ reason: `${gap.message} ${gap.next}` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}
