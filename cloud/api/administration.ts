import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { TokenView } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { newToken } from '#cloud/server/tokens.ts';
import { notFound, refusal } from './api-error.ts';
import type { Call, Some } from './handlers.ts';
import { anyStartsWith, cursorOf, page, readCursor } from './paging.ts';

function tokenView(row: Selectable<CloudTables['tokens']>): TokenView {
  return {
    id: row.id,
    label: row.label,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}

/** More tokens than that are an accident of some program. */
const MOST_TOKENS = 500;

async function list({ db }: CloudContext, tenantId: string): Promise<TokenView[]> {
  const rows = await db
    .selectFrom('tokens')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at', 'desc')
    .limit(MOST_TOKENS)
    .execute();
  return rows.map(tokenView);
}

async function create({ db, now }: CloudContext, { caller, body }: Call<'createToken'>) {
  const { id, text, hash } = newToken(caller.tenantId);
  const at = now();
  const row = await db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('tokens')
      .values({
        ...{ tenant_id: caller.tenantId, id, hash, label: body.label, role: body.role },
        ...{ created_at: at, created_by: caller.label },
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const detail = `${body.label}, ${body.role}`;
    await logEvent(
      trx,
      caller.tenantId,
      { actor: caller.label, action: 'token.created', subject: id, detail },
      at,
    );
    return made;
  });
  return { token: text, view: tokenView(row) };
}

async function revoke(
  { db, now }: CloudContext,
  { caller, params }: Call<'revokeToken'>,
): Promise<TokenView> {
  // Whoever locks everybody out cannot undo it.
  if (params.id === caller.tokenId)
    throw refusal('conflict', {
      what: 'This is the token that you are signed in with; it stays.',
      next: 'Sign in with another administrator token to revoke this one.',
    });
  const at = now();
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('tokens')
      .set((set) => ({ revoked_at: set.fn.coalesce('revoked_at', set.val(at)) }))
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', params.id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notFound('token');
    const event = { actor: caller.label, action: 'token.revoked', subject: row.id, detail: row.label };
    await logEvent(trx, caller.tenantId, event, at);
    return tokenView(row);
  });
}

async function events({ db }: CloudContext, { caller, query }: Call<'events'>) {
  const { text, after, limit } = query;
  const cursor = readCursor(after, z.tuple([z.number()]));
  let found = db.selectFrom('events').selectAll().where('tenant_id', '=', caller.tenantId);
  if (text !== '') found = found.where(anyStartsWith(['actor', 'action', 'subject'], text));
  if (cursor !== null) found = found.where('sequence', '<', cursor[0]);
  const rows = await found
    .orderBy('sequence', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, [
    ({ sequence, at, actor, action, subject, detail }) => ({
      ...{ sequence, at: at.toISOString(), actor, action, subject, detail },
    }),
    ({ sequence }) => cursorOf(sequence),
  ]);
}

/** Access tokens, and the log of what was done. */
export function administrationHandlers(
  context: CloudContext,
): Some<'tokens' | 'createToken' | 'revokeToken' | 'events'> {
  return {
    tokens: async ({ caller }) => ({ tokens: await list(context, caller.tenantId) }),
    createToken: (call) => create(context, call),
    revokeToken: (call) => revoke(context, call),
    events: (call) => events(context, call),
  };
}
