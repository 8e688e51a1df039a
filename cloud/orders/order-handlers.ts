import { randomUUID } from 'node:crypto';
import { notFound, refusal } from '#cloud/api/api-error.ts';
import { limitedBody } from '#cloud/api/limited-body.ts';
import type { Call, Some } from '#cloud/api/handlers.ts';
import { before, byTimeAndUuid, cursorOf, page, readCursor } from '#cloud/api/paging.ts';
import { MAX_BINARY_BYTES } from '#cloud/api/registrar.ts';
import type { OrderView } from '#cloud/contract/views.ts';
import { findBlob, putBlob } from '#cloud/db/blobs.ts';
import { queueDown } from '#cloud/down/queue-down.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { checkFiles, jobFacts } from './job-facts.ts';
import { ordersOf, orderView } from './order-rows.ts';

async function list({ db }: CloudContext, { caller, query }: Call<'orders'>) {
  const { stationId, after, limit } = query;
  const cursor = readCursor(after, byTimeAndUuid);
  let found = ordersOf(db, caller.tenantId);
  if (stationId !== undefined) found = found.where('orders.station_id', '=', stationId);
  if (cursor !== null) found = found.where(before(['orders.created_at', 'orders.id'], cursor));
  const rows = await found
    .orderBy('orders.created_at', 'desc')
    .orderBy('orders.id', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, [orderView, ({ created_at, id }) => cursorOf(created_at, id)]);
}

async function put({ db, now }: CloudContext, { caller, params, request }: Call<'putBlob'>) {
  const body = limitedBody(request, MAX_BINARY_BYTES);
  const blob = await putBlob(db, caller.tenantId, params.sha256, body, now());
  if (blob !== null) return { done: true as const };
  throw refusal('invalid', {
    what: 'sha256: the bytes are not those of this name',
    next: 'Hash the file again and send it under that name.',
    details: { field: 'sha256', place: 'path' },
  });
}

type Files = { name: string; sha256: string; bytes: number }[];

/** Files with their sizes; each must have been uploaded. */
async function sized({ db }: CloudContext, { caller, body }: Call<'createOrder'>): Promise<Files> {
  const files: Files = [];
  for (const file of body.files) {
    const blob = await findBlob(db, caller.tenantId, file.sha256);
    if (blob === null)
      throw refusal('invalid', {
        what: `files: ${file.name} has not been uploaded`,
        next: 'Send it with PUT /v1/api/blobs/{sha256} first.',
        details: { field: 'files', place: 'body' },
      });
    files.push({ ...file, bytes: blob.bytes });
  }
  return files;
}

/** A station that may still be sent something. Throws `not-found`, `conflict`. */
export async function reachable(trx: Trx, tenantId: string, stationId: string): Promise<{ name: string }> {
  const station = await trx
    .selectFrom('stations')
    .select(['name', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .executeTakeFirst();
  if (station === undefined) throw notFound('station');
  if (station.state === 'joined') return station;
  throw refusal('conflict', {
    what: `Station ${station.name} is ${station.state === 'revoked' ? 'revoked' : 'not joined yet'}.`,
    next: 'Choose a station that has joined.',
  });
}

async function viewOf(trx: Trx, tenantId: string, id: string): Promise<OrderView> {
  const row = await ordersOf(trx, tenantId).where('orders.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound('order');
  return orderView(row);
}

async function create(context: CloudContext, call: Call<'createOrder'>): Promise<OrderView> {
  const { caller, body } = call;
  const { tenantId, label } = caller;
  const { number, stationId, allowance, note, job } = body;
  const facts = jobFacts(job);
  checkFiles(facts, body.files);
  const files = await sized(context, call);
  const [id, at] = [randomUUID(), context.now()];
  return context.db.transaction().execute(async (trx) => {
    await reachable(trx, tenantId, stationId);
    const { id: jobId, revision, name } = facts;
    const order = { orderId: id, number, jobId, revision, name, allowance, note, job, files };
    const down_sequence = await queueDown(context, trx, { tenantId, stationId }, 'order', order);
    await trx
      .insertInto('orders')
      .values({
        ...{ tenant_id: tenantId, id, number, station_id: stationId, allowance, note },
        ...{ job_id: facts.id, job_name: facts.name, revision: facts.revision },
        ...{ state: 'waiting', reason: null, created_at: at, created_by: label, down_sequence },
      })
      .execute();
    const detail = `${number}: ${allowance} of ${jobId} revision ${revision}`;
    await logEvent(trx, tenantId, { actor: label, action: 'order.created', subject: id, detail }, at);
    return viewOf(trx, tenantId, id);
  });
}

async function withdraw(context: CloudContext, { caller, params, body }: Call<'withdrawOrder'>) {
  const { tenantId, label } = caller;
  return context.db.transaction().execute(async (trx) => {
    const order = await viewOf(trx, tenantId, params.id);
    const { numUpdatedRows } = await trx
      .updateTable('orders')
      .set({ state: 'withdrawn', reason: body.reason, kept: order.used })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', params.id)
      .where('state', 'in', ['waiting', 'applied'])
      .executeTakeFirst();
    if (numUpdatedRows !== 1n)
      throw refusal('conflict', {
        what: `Order ${order.number} is ${order.state} already.`,
        next: 'There is nothing left to take back.',
      });
    const { id: orderId, jobId, revision, stationId } = order;
    const message = { orderId, jobId, revision, reason: body.reason };
    await queueDown(context, trx, { tenantId, stationId }, 'withdraw', message);
    const event = { actor: label, action: 'order.withdrawn', subject: orderId, detail: body.reason };
    await logEvent(trx, tenantId, event, context.now());
    return viewOf(trx, tenantId, orderId);
  });
}

/** Orders: jobs with an allowance, given to stations and taken back. */
export function orderHandlers(
  context: CloudContext,
): Some<'orders' | 'putBlob' | 'createOrder' | 'withdrawOrder'> {
  return {
    orders: (call) => list(context, call),
    putBlob: (call) => put(context, call),
    createOrder: (call) => create(context, call),
    withdrawOrder: (call) => withdraw(context, call),
  };
}
