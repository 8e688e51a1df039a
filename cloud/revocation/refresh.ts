import { setTimeout as pause } from 'node:timers/promises';
import { estAuthorities } from '#cloud/est/authority.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import type { RevocationContext } from './issuers.ts';
import { LIST_DAYS, signDirectList, signIndirectList } from './lists.ts';

type Context = CloudContext & RevocationContext;
const DAY_MS = 86_400_000;

async function refreshTenant(context: Context, tenantId: string): Promise<number> {
  const [est, { issuing }] = [await context.est.of(tenantId), await context.authorities.of(tenantId)];
  const due = new Date(context.now().getTime() + (LIST_DAYS * DAY_MS) / 2);
  let signed = 0;
  for (const [ca, sign] of [
    [est.certificate, signDirectList],
    [issuing.certificate, signIndirectList],
  ] as const) {
    const last = await context.db
      .selectFrom('crls')
      .select('next_update')
      .where('tenant_id', '=', tenantId)
      .where('issuer', '=', sha256(ca))
      .executeTakeFirst();
    if (last !== undefined && last.next_update > due) continue;
    await context.db.transaction().execute((trx) => sign(context, trx, tenantId));
    signed += 1;
  }
  return signed;
}

/**
 * Signs anew every list of the cloud that ends within half of its life, and the first one of each issuer: a list that
 * has ended stops every device at a broker. Returns how many were signed.
 */
export async function refreshLists(context: Context): Promise<number> {
  let signed = 0;
  for (const { tenant } of await context.authorities.all()) signed += await refreshTenant(context, tenant.id);
  return signed;
}

/** How often a node looks for lists that are due, milliseconds; after a failure, when it looks again. */
const LOOK_MS = 15 * 60_000;
const FAILED_MS = 10_000;

/** Keeps the lists fresh until the cloud closes. Two nodes that do the same make one more number, nothing worse. */
export async function refreshForEver(context: CloudContext): Promise<void> {
  const { closing, log } = context;
  while (!closing.aborted) {
    const done = await refreshLists({ ...context, est: estAuthorities(context) }).then(
      () => true,
      (err: unknown) => {
        if (!closing.aborted) log.error({ err }, 'lists of revoked certificates');
        return false;
      },
    );
    await pause(done ? LOOK_MS : FAILED_MS, undefined, { signal: closing }).catch(() => undefined);
  }
}
