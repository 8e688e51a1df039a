import { timingSafeEqual } from 'node:crypto';
import type { Call, Some } from '#cloud/api/handlers.ts';
import type { Db } from '#cloud/db/open.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { hashSecret, newToken } from '#cloud/server/tokens.ts';

/** A device is usually enrolled within minutes of its code. */
const CODE_DAYS = 7;
/** A code has the form of a token under another prefix: neither passes for the other. */
const [TOKEN, CODE] = ['rlt_', 'rle_'];
const FORM = /^rle_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{43})$/;

/** What a code is good for. */
export interface EstCode {
  tenantId: string;
  id: string;
  label: string;
  /** Null: any serial number. */
  serial: string | null;
}

async function create(context: CloudContext, { caller, body }: Call<'createEstCode'>) {
  const { tenantId, label: actor } = caller;
  const { id, text, hash } = newToken(tenantId);
  const created_at = context.now();
  const expires_at = new Date(created_at.getTime() + CODE_DAYS * 86_400_000);
  const { label, serial } = body;
  await context.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('est_codes')
      .values({ tenant_id: tenantId, id, label, hash, serial, created_at, created_by: actor, expires_at })
      .execute();
    const detail = serial === null ? label : `${label}, serial ${serial}`;
    await logEvent(trx, tenantId, { actor, action: 'est-code.created', subject: id, detail }, created_at);
  });
  return { id, code: text.replace(TOKEN, CODE), expiresAt: expires_at.toISOString() };
}

/** Codes with which devices enrol. */
export function estCodeHandlers(context: CloudContext): Some<'createEstCode'> {
  return { createEstCode: (call) => create(context, call) };
}

/** The code, where it is one that is still good; null otherwise. */
export async function checkCode(db: Db, text: string, now: Date): Promise<EstCode | null> {
  const [, named, secret] = FORM.exec(text) ?? [];
  if (named === undefined || secret === undefined) return null;
  const hex = Buffer.from(named, 'base64url').toString('hex');
  const [tenantId, id] = [hex.slice(0, 32), hex.slice(32)].map((each) =>
    each.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  ) as [string, string];
  const row = await db
    .selectFrom('est_codes')
    .select(['label', 'serial', 'hash'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined || !timingSafeEqual(row.hash, hashSecret(secret))) return null;
  return { tenantId, id, label: row.label, serial: row.serial };
}

/** Uses a code up in the transaction that issues; false where another device was quicker. */
export async function takeCode(trx: Trx, { tenantId, id }: EstCode, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('est_codes')
    .set({ used_at: at })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
