import type { CloudContext } from '#cloud/server/context.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { SessionView } from '#cloud/contract/views.ts';
import type { Admission } from './admission.ts';
import { refusal } from './api-error.ts';
import { endSession, isSameSite, sessionSecret, setSession } from './cookies.ts';
import type { Caller, Some } from './handlers.ts';
import { newSession, sessionNamed } from './session-secret.ts';

/** A console that is left alone over a night asks again. */
const SESSION_HOURS = 12;

async function viewOf(context: CloudContext, caller: Caller): Promise<SessionView> {
  const { tenant, rootFingerprint } = await context.authorities.of(caller.tenantId);
  const { label, role } = caller;
  const { name, version } = context.config;
  return { label, role, tenant, rootFingerprint, cloud: name, version };
}

async function openSession(context: CloudContext, caller: Caller): Promise<string> {
  const cookie = newSession(caller.tenantId);
  const hash = sessionNamed(cookie)?.hash ?? Buffer.alloc(0);
  const now = context.now();
  const expires_at = new Date(now.getTime() + SESSION_HOURS * 3_600_000);
  await context.db.transaction().execute(async (trx) => {
    // Ended ones of this token go with it: the table holds no more than people are signed in.
    await trx
      .deleteFrom('sessions')
      .where('tenant_id', '=', caller.tenantId)
      .where('expires_at', '<', now)
      .execute();
    const row = { tenant_id: caller.tenantId, hash, token_id: caller.tokenId, created_at: now, expires_at };
    await trx.insertInto('sessions').values(row).execute();
    const event = { actor: caller.label, action: 'session.opened', subject: caller.tokenId };
    await logEvent(trx, caller.tenantId, event, now);
  });
  return cookie;
}

async function closeSession(context: CloudContext, cookie: string): Promise<void> {
  const name = sessionNamed(cookie);
  if (name === null) return;
  await context.db
    .deleteFrom('sessions')
    .where('tenant_id', '=', name.tenantId)
    .where('hash', '=', name.hash)
    .execute();
}

/** Signing in and out of the console. */
export function sessionHandlers(
  context: CloudContext,
  admission: Admission,
): Some<'signIn' | 'session' | 'signOut'> {
  return {
    signIn: async ({ body, request, reply }) => {
      const caller = await admission.known(request, body.token);
      setSession(reply, await openSession(context, caller), SESSION_HOURS * 3600);
      return viewOf(context, caller);
    },
    session: ({ caller }) => viewOf(context, caller),
    signOut: async ({ request, reply }) => {
      const cookie = sessionSecret(request);
      if (cookie !== null && !isSameSite(request))
        throw refusal('other-site', {
          what: 'The call comes from a page of another site and was refused.',
          next: 'Sign out on the console itself.',
        });
      if (cookie !== null) await closeSession(context, cookie);
      endSession(reply);
      return { done: true as const };
    },
  };
}
