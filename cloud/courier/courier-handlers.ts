import { notFound } from '#cloud/api/api-error.ts';
import type { Call, Some } from '#cloud/api/handlers.ts';
import { wholeBody } from '#cloud/api/limited-body.ts';
import { before, byTimeAndUuid, cursorOf, page, readCursor } from '#cloud/api/paging.ts';
import { MAX_BINARY_BYTES } from '#cloud/api/registrar.ts';
import { join } from '#cloud/join/join.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { frameSvg, toFrames } from '#protocol/courier/qr.ts';
import { partOfFrames } from './part-of-frames.ts';
import { partsOf, readPart, type StoredPart } from './parts.ts';
import { takePart } from './take-part.ts';
import { findTransfer, transferView, transfersOf } from './transfer-rows.ts';
import { writeTransfer } from './write-transfer.ts';

async function list({ db }: CloudContext, { caller, query }: Call<'transfers'>) {
  const { stationId, after, limit } = query;
  const cursor = readCursor(after, byTimeAndUuid);
  let found = transfersOf(db, caller.tenantId);
  if (stationId !== undefined) found = found.where('transfers.station_id', '=', stationId);
  if (cursor !== null) found = found.where(before(['transfers.at', 'transfers.id'], cursor));
  const rows = await found
    .orderBy('transfers.at', 'desc')
    .orderBy('transfers.id', 'desc')
    .limit(limit + 1)
    .execute();
  const { rows: shown, cursor: next } = page(rows, limit, [(row) => row, ({ at, id }) => cursorOf(at, id)]);
  return { rows: await Promise.all(shown.map((row) => transferView(db, row))), cursor: next };
}

async function write(context: CloudContext, { caller, params, body }: Call<'writeTransfer'>) {
  const { tenantId, label: by } = caller;
  const to = { tenantId, stationId: params.id };
  const id = await writeTransfer(context, to, { partBytes: body.partBytes, by });
  const view = await transferView(context.db, await findTransfer(context.db, tenantId, id));
  const files = await partsOf(context, tenantId, id);
  return { ...view, files: files.map(({ name, bytes }) => ({ name, bytes })) };
}

/** A finished file of a transfer to a station; what came from one is not handed out again. */
async function part(context: CloudContext, tenantId: string, id: string, index: number): Promise<StoredPart> {
  const { direction, manifest } = await findTransfer(context.db, tenantId, id);
  const parts = direction === 'down' && manifest !== null ? await partsOf(context, tenantId, id) : [];
  const found = parts.find((each) => each.part === index);
  if (found === undefined) throw notFound('courier file');
  return found;
}

async function send(context: CloudContext, { caller, params, reply }: Call<'getPart'>): Promise<Buffer> {
  const found = await part(context, caller.tenantId, params.id, params.part);
  reply.header('content-disposition', `attachment; filename="${found.name}"`);
  return readPart(context, caller.tenantId, found);
}

async function frames(context: CloudContext, { caller, params }: Call<'getFrames'>) {
  const found = await part(context, caller.tenantId, params.id, 1);
  const texts = toFrames(await readPart(context, caller.tenantId, found));
  return { frames: texts.map((text) => ({ text, svg: frameSvg(text) })) };
}

/** Transfers by stick or by QR codes, both ways. */
export function courierHandlers(
  context: CloudContext,
): Some<'transfers' | 'putPart' | 'putFrames' | 'writeTransfer' | 'getPart' | 'getFrames' | 'joinByFile'> {
  return {
    transfers: (call) => list(context, call),
    putPart: async ({ caller, request }) =>
      takePart(context, caller.tenantId, await wholeBody(request, MAX_BINARY_BYTES)),
    putFrames: ({ caller, body }) => takePart(context, caller.tenantId, partOfFrames(body.frames)),
    writeTransfer: (call) => write(context, call),
    getPart: (call) => send(context, call),
    getFrames: (call) => frames(context, call),
    joinByFile: ({ caller, body }) => join(context, caller.tenantId, body),
  };
}
