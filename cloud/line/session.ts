import { SESSION_SECONDS } from '#cloud/server/config.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import type { StationIdentity } from './identity.ts';

const ago = (now: Date, seconds: number): Date => new Date(now.getTime() - seconds * 1000);

function inUse(seconds: number, since: Date | null): CloudError {
  return new CloudError(
    409,
    {
      code: 'identity-in-use',
      what: `Another station is connected under this identity${since === null ? '' : ` since ${since.toISOString()}`}.`,
      next: 'If this station was just started again, wait a minute: it goes on by itself. If not, look for its copy and stop it.',
      retry: true,
      details: since === null ? {} : { since: since.toISOString() },
    },
    { retryAfter: Math.max(1, Math.ceil(seconds)) },
  );
}

/**
 * One station process at a time holds an identity: the first to say hello keeps it until it was silent for a minute.
 * Decided in one statement, so that two at once on two nodes cannot both win. Throws CloudError `identity-in-use`.
 */
export async function holdSession(
  { db, now }: CloudContext,
  { tenantId, stationId }: StationIdentity,
  session: string,
): Promise<void> {
  const at = now();
  const { numUpdatedRows } = await db
    .updateTable('stations')
    .set((update) => ({
      session,
      session_seen: at,
      last_contact: at,
      session_since: update
        .case()
        .when('session', '=', session)
        .then(update.ref('session_since'))
        .else(at)
        .end(),
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .where((or) =>
      or.or([
        or('session', 'is', null),
        or('session', '=', session),
        or('session_seen', '<', ago(at, SESSION_SECONDS)),
      ]),
    )
    .executeTakeFirst();
  if (numUpdatedRows === 1n) return;
  const holder = await db
    .selectFrom('stations')
    .select(['session_since', 'session_seen'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .executeTakeFirst();
  const seen = holder?.session_seen ?? at;
  throw inUse(SESSION_SECONDS - (at.getTime() - seen.getTime()) / 1000, holder?.session_since ?? null);
}
