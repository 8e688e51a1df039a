import type { Db } from '#cloud/db/open.ts';
import { checkToken } from '#cloud/server/tokens.ts';
import type { Identities } from './admission.ts';
import type { Caller } from './handlers.ts';
import { sessionNamed } from './session-secret.ts';

async function bySession(db: Db, cookie: string, now: Date): Promise<Caller | null> {
  const name = sessionNamed(cookie);
  if (name === null) return null;
  const row = await db
    .selectFrom('sessions')
    .innerJoin('tokens', (join) =>
      join.onRef('tokens.tenant_id', '=', 'sessions.tenant_id').onRef('tokens.id', '=', 'sessions.token_id'),
    )
    .select(['tokens.id', 'tokens.label', 'tokens.role'])
    .where('sessions.tenant_id', '=', name.tenantId)
    // Found by the hash of 256 random bits: how long the search takes tells nothing about them.
    .where('sessions.hash', '=', name.hash)
    .where('sessions.expires_at', '>', now)
    .where('tokens.revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { tenantId: name.tenantId, tokenId: row.id, label: row.label, role: row.role };
}

/** Tokens and sessions in the database. */
export function identitiesIn(db: Db, now: () => Date): Identities {
  return {
    byToken: (token) => checkToken(db, token, now()),
    bySession: (cookie) => bySession(db, cookie, now()),
  };
}
