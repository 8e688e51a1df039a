import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { ConsoleRole } from '#cloud/contract/operation.ts';
import type { Db } from '#cloud/db/open.ts';

export interface NewToken {
  id: string;
  /** Shown once, kept nowhere. */
  text: string;
  hash: Buffer;
}

export interface TokenHolder {
  tenantId: string;
  tokenId: string;
  label: string;
  role: ConsoleRole;
}

const SECRET_BYTES = 32;
const TOKEN = /^rlt_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{43})$/;

const octets = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidFrom = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** A secret of 256 random bits needs no slow hash: there is nothing to guess. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** `rlt_<tenant and id>_<secret>`: names its row, so that a look-up compares one hash and searches nothing. */
export function newToken(tenantId: string): NewToken {
  const id = randomUUID();
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const name = Buffer.concat([octets(tenantId), octets(id)]).toString('base64url');
  return { id, text: `rlt_${name}_${secret}`, hash: hashSecret(secret) };
}

/** Whose token it is, or null for one that is not, or no longer, valid. */
export async function checkToken(db: Db, text: string, now: Date): Promise<TokenHolder | null> {
  const [, named, secret] = TOKEN.exec(text) ?? [];
  if (named === undefined || secret === undefined) return null;
  const name = Buffer.from(named, 'base64url');
  const [tenantId, tokenId] = [uuidFrom(name.subarray(0, 16)), uuidFrom(name.subarray(16))];
  const row = await db
    .selectFrom('tokens')
    .select(['label', 'role', 'hash', 'last_used_at'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', tokenId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !timingSafeEqual(row.hash, hashSecret(secret))) return null;
  await markUsed(db, { tenantId, tokenId, last: row.last_used_at, now });
  return { tenantId, tokenId, label: row.label, role: row.role };
}

/** Once a minute is enough to see that it is used; a write per call would make its row a hot spot. */
async function markUsed(
  db: Db,
  { tenantId, tokenId, last, now }: { tenantId: string; tokenId: string; last: Date | null; now: Date },
): Promise<void> {
  if (last !== null && now.getTime() - last.getTime() < 60_000) return;
  await db
    .updateTable('tokens')
    .set({ last_used_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', tokenId)
    .execute();
}
