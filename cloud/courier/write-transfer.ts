import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { refusal } from '#cloud/api/api-error.ts';
import { readBlob } from '#cloud/db/blobs.ts';
import { reachable } from '#cloud/orders/order-handlers.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { BLOB_PIECE, COURIER_CONTENT } from '#protocol/courier-content.ts';
import { MAX_PARTS, type Transfer } from '#protocol/courier/manifest.ts';
import { MAX_FILE } from '#protocol/courier/open.ts';
import { sealedParts } from '#protocol/courier/part.ts';
import { downMessage, orderBody } from '#protocol/down.ts';
import { sealKeys } from './courier-keys.ts';
import { keepPart } from './parts.ts';
import { lastTransfer } from './transfer-rows.ts';
import type { Sender } from './apply-transfer.ts';

/** Messages read at once. */
const PAGE = 50;

interface Span {
  after: number;
  until: number;
}

const payload = z
  .string()
  .transform((jws) => JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as unknown);

/** Files that a message names, with their sizes. */
function filesOf(jws: string): { sha256: string; bytes: number }[] {
  const message = downMessage.parse(payload.parse(jws));
  return message.kind === 'order' ? orderBody.parse(message.body).files : [];
}

async function* piecesOf(
  { db }: CloudContext,
  tenantId: string,
  { sha256: blob, bytes: total }: { sha256: string; bytes: number },
): AsyncGenerator<string> {
  let offset = 0;
  for await (const chunk of readBlob(db, tenantId, blob))
    for (let at = 0; at < chunk.length; at += BLOB_PIECE) {
      const data = chunk.subarray(at, at + BLOB_PIECE);
      yield JSON.stringify({ blob, offset, total, data: data.toString('base64') });
      offset += data.length;
    }
}

/** What waits for a station: its messages in order, each behind the files that it names. */
async function* linesFor(
  context: CloudContext,
  { tenantId, stationId }: Sender,
  span: Span,
): AsyncGenerator<string> {
  const carried = new Set<string>();
  for (let { after } = span; after < span.until;) {
    const rows = await context.db
      .selectFrom('down')
      .select(['sequence', 'jws'])
      .where('tenant_id', '=', tenantId)
      .where('station_id', '=', stationId)
      .where('sequence', '>', after)
      .where('sequence', '<=', span.until)
      .orderBy('sequence')
      .limit(PAGE)
      .execute();
    for (const { jws } of rows) {
      for (const file of filesOf(jws)) {
        if (carried.has(file.sha256)) continue;
        carried.add(file.sha256);
        yield* piecesOf(context, tenantId, file);
      }
      yield JSON.stringify({ jws });
    }
    after = rows.at(-1)?.sequence ?? span.until;
  }
}

interface Plan {
  transfer: Omit<Transfer, 'framing'>;
  span: Span;
  addressee: Uint8Array;
}

/** Takes the next number. A transfer that was never finished gives its number back: nobody can have fetched it. */
async function begin(context: CloudContext, { tenantId, stationId }: Sender): Promise<Plan> {
  const { db, config, now } = context;
  const last = await lastTransfer(db, { tenantId, stationId }, 'down');
  const [transferId, number] = [randomUUID(), (last?.number ?? 0) + 1];
  const { row, name } = await db.transaction().execute(async (trx) => {
    const station = await reachable(trx, tenantId, stationId);
    const found = await trx
      .selectFrom('stations')
      .select(['down_head', 'down_applied', 'courier_certificate'])
      .where('tenant_id', '=', tenantId)
      .where('id', '=', stationId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (found.down_head <= found.down_applied)
      throw refusal('conflict', {
        what: `Nothing waits for ${station.name}.`,
        next: 'Give it an order first, or bring its records: they are acknowledged.',
      });
    await trx
      .deleteFrom('transfers')
      .where('tenant_id', '=', tenantId)
      .where('station_id', '=', stationId)
      .where('direction', '=', 'down')
      .where('manifest', 'is', null)
      .execute();
    await trx
      .insertInto('transfers')
      .values({
        ...{
          tenant_id: tenantId,
          id: transferId,
          direction: 'down',
          station_id: stationId,
          number,
          at: now(),
        },
        ...{ state: 'written', manifest: null, reason: null, down_last: found.down_head },
      })
      .execute();
    return { row: found, name: station.name };
  });
  return {
    transfer: {
      ...{ transferId, direction: 'down', tenant: tenantId, contentType: COURIER_CONTENT.down, number },
      from: { kind: 'cloud', id: tenantId, name: config.name },
      to: { kind: 'station', id: stationId, name },
      ...{ previous: last?.manifest ?? null, madeAt: now().toISOString() },
    },
    span: { after: row.down_applied, until: row.down_head },
    addressee: row.courier_certificate ?? new Uint8Array(),
  };
}

/** Seals what waits for a station into files that are fetched one by one. Returns the id of the transfer. */
export async function writeTransfer(
  context: CloudContext,
  to: Sender,
  { partBytes, by }: { partBytes: number; by: string },
): Promise<string> {
  const { transfer, span, addressee } = await begin(context, to);
  const { transferId } = transfer;
  const keys = sealKeys(await context.authorities.of(to.tenantId), addressee, context.now);
  const source = { framing: 'lines' as const, lines: linesFor(context, to, span) };
  let [parts, bytes, manifest]: [number, number, string | null] = [0, 0, null];
  for await (const part of sealedParts(transfer, source, keys, Math.min(partBytes, MAX_FILE))) {
    await keepPart(context, { tenantId: to.tenantId, transferId }, { part: part.index, ...part });
    [parts, bytes, manifest] = [part.index, bytes + part.bytes.length, part.manifest];
    if (parts > MAX_PARTS) throw new RangeError('A transfer has more parts than a name can say');
  }
  const { numUpdatedRows } = await context.db
    .updateTable('transfers')
    .set({ parts, bytes, manifest })
    .where('tenant_id', '=', to.tenantId)
    .where('id', '=', transferId)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n)
    throw refusal('conflict', {
      what: 'Somebody else sealed a transfer for this station at the same time.',
      next: 'Fetch that one; it holds the same.',
    });
  const event = {
    actor: by,
    action: 'transfer.written',
    subject: transferId,
    detail: `number ${transfer.number}`,
  };
  await logEvent(context.db, to.tenantId, event, context.now());
  return transferId;
}
