import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { notFound, refusal } from '#cloud/api/api-error.ts';
import type { Call, Some } from '#cloud/api/handlers.ts';
import { cursorOf, page, readCursor } from '#cloud/api/paging.ts';
import type { TargetView } from '#cloud/contract/views.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { ConnectorError } from '#connectors/errors.ts';
import { PASSWORD_PURPOSE } from './connector-of.ts';
import { checkHealth } from './health.ts';
import { itemId } from './item-claims.ts';
import { itemStateOf } from './item-view.ts';
import { TenantOnboarding } from './target-store.ts';
import { targetView, type TargetRow } from './target-view.ts';

async function find({ db }: CloudContext, tenantId: string, id: string): Promise<TargetRow> {
  const row = await db
    .selectFrom('targets')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw notFound('target');
  return row;
}

async function list(context: CloudContext, tenantId: string): Promise<TargetView[]> {
  const rows = await context.db
    .selectFrom('targets')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .execute();
  return Promise.all(rows.map((row) => targetView(context, row)));
}

/** A target that counts as many tries as others each would slow every hand-over: a handful is what there is. */
const MOST_TARGETS = 20;

async function create(context: CloudContext, { caller, body }: Call<'createTarget'>): Promise<TargetView> {
  const { tenantId, label } = caller;
  const [id, at] = [randomUUID(), context.now()];
  const { name, kind, mode, url, ca, username, jobs } = body;
  const sealed = context.master.seal(PASSWORD_PURPOSE, `${tenantId}/${id}`, Buffer.from(body.password));
  const row = await context.db.transaction().execute(async (trx) => {
    const there = await trx.selectFrom('targets').select('id').where('tenant_id', '=', tenantId).execute();
    if (there.length >= MOST_TARGETS)
      throw refusal('conflict', {
        what: `There are ${MOST_TARGETS} targets already.`,
        next: 'Use one of them.',
      });
    const made = await trx
      .insertInto('targets')
      .values({
        ...{ tenant_id: tenantId, id, name, kind, mode, url, ca, username, created_at: at },
        ...{
          jobs: JSON.stringify(jobs),
          rate: body.ratePerSecond,
          crl_file: body.crlFile,
          pid_file: body.pidFile,
          acl_file: body.aclFile,
          ca_directory: body.caDirectory,
        },
        password: body.password === '' ? null : sealed,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const event = {
      actor: label,
      action: 'target.created',
      subject: id,
      detail: `${name}, ${mode} at ${url}`,
    };
    await logEvent(trx, tenantId, event, at);
    return made;
  });
  return targetView(context, row);
}

async function pause(context: CloudContext, { caller, params, body }: Call<'pauseTarget'>) {
  const { tenantId, label } = caller;
  const row = await context.db.transaction().execute(async (trx) => {
    const changed = await trx
      .updateTable('targets')
      .set({ paused: body.paused })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', params.id)
      .returningAll()
      .executeTakeFirst();
    if (changed === undefined) throw notFound('target');
    const action = body.paused ? 'target.paused' : 'target.resumed';
    await logEvent(
      trx,
      tenantId,
      { actor: label, action, subject: changed.id, detail: changed.name },
      context.now(),
    );
    return changed;
  });
  return targetView(context, row);
}

async function check(context: CloudContext, { caller, params }: Call<'checkTarget'>): Promise<TargetView> {
  const row = await find(context, caller.tenantId, params.id);
  try {
    return await targetView(context, await checkHealth(context, row));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw refusal('refused', {
      what: error.message,
      next: 'Correct the settings of the target.',
      details: { reason: error.code },
      cause: error,
    });
  }
}

const PENDING = ['waiting', 'working'] as const;

async function items(context: CloudContext, { caller, params, query }: Call<'targetItems'>) {
  await find(context, caller.tenantId, params.id);
  const { state, after, limit } = query;
  const cursor = readCursor(after, z.tuple([z.string()]));
  let found = context.db
    .selectFrom('target_items')
    .select(['fingerprint', 'name', 'device_id', 'state', 'action', 'attempts', 'reason', 'at'])
    .where('tenant_id', '=', caller.tenantId)
    .where('target_id', '=', params.id);
  if (state === 'waiting') found = found.where('state', 'in', PENDING);
  else if (state !== 'all') found = found.where('state', '=', state);
  if (cursor !== null) found = found.where('fingerprint', '>', cursor[0]);
  const rows = await found
    .orderBy('fingerprint')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, [
    (row) => ({
      ...{ fingerprint: row.fingerprint, name: row.name, deviceId: row.device_id, state: itemStateOf(row) },
      ...{ attempts: row.attempts, reason: row.reason, at: row.at.toISOString() },
    }),
    ({ fingerprint }) => cursorOf(fingerprint),
  ]);
}

async function retry(context: CloudContext, { caller, params, body }: Call<'retryItems'>) {
  const { tenantId, label } = caller;
  const target = await find(context, tenantId, params.id);
  const ids = body.fingerprints?.map((fingerprint) => itemId(target.id, fingerprint)) ?? 'all';
  const retried = await new TenantOnboarding(context, tenantId).retry(target.id, ids);
  const event = { actor: label, action: 'target.retried', subject: target.id, detail: `${retried} items` };
  await logEvent(context.db, tenantId, event, context.now());
  return { retried };
}

async function again(context: CloudContext, { caller, params }: Call<'registerAgain'>) {
  const { tenantId, label } = caller;
  const target = await find(context, tenantId, params.id);
  const items = await new TenantOnboarding(context, tenantId).again(target.id);
  const event = { actor: label, action: 'target.again', subject: target.id, detail: `${items} items` };
  await logEvent(context.db, tenantId, event, context.now());
  return { again: items };
}

/** Onboarding targets and the devices on their way there. */
export function targetHandlers(
  context: CloudContext,
): Some<
  'targets' | 'createTarget' | 'checkTarget' | 'pauseTarget' | 'targetItems' | 'retryItems' | 'registerAgain'
> {
  return {
    targets: async ({ caller }) => ({ targets: await list(context, caller.tenantId) }),
    createTarget: (call) => create(context, call),
    checkTarget: (call) => check(context, call),
    pauseTarget: (call) => pause(context, call),
    targetItems: (call) => items(context, call),
    retryItems: (call) => retry(context, call),
    registerAgain: (call) => again(context, call),
  };
}
