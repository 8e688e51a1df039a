import { estAuthorities } from '#cloud/est/authority.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import { signDirectList } from '#cloud/revocation/lists.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import type { Connector } from '#connectors/connector.ts';
import { ConnectorError } from '#connectors/errors.ts';
import { wantAgain } from './item-changes.ts';
import type { TargetRow } from './target-view.ts';

/** Newest list that went to each target from this node, by issuer. Lost with the process: then it goes once more. */
const published = new WeakMap<Connector, Map<string, number>>();
/** Clocks of nodes differ by no more. */
const MARGIN_MS = 60_000;

type Target = Pick<TargetRow, 'id' | 'tenant_id'>;
interface Head {
  issuer: string;
  number: number;
}

/** Lists of CAs that certify devices. The tenant's indirect list is for readers that know such lists; no broker does. */
async function headsOf({ db, authorities }: CloudContext, { tenant_id }: Target): Promise<Head[]> {
  const { issuing } = await authorities.of(tenant_id);
  return db
    .selectFrom('crls')
    .select(['issuer', 'number'])
    .where('tenant_id', '=', tenant_id)
    .where('issuer', '<>', sha256(issuing.certificate))
    .execute();
}

/**
 * Books that a target holds a list. Whoever was thrown out before the list was there may have come back, without rights:
 * those are thrown out once more, and now the list keeps them out.
 */
async function book(trx: Trx, { id, tenant_id }: Target, { issuer, number }: Head, at: Date): Promise<void> {
  const key = { tenant_id, target_id: id, issuer };
  await trx
    .insertInto('target_lists')
    .values({ ...key, number: 0, at: new Date(0) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const held = trx
    .selectFrom('target_lists')
    .select(['number', 'at'])
    .where('tenant_id', '=', tenant_id)
    .where('target_id', '=', id)
    .where('issuer', '=', issuer);
  const last = await held.forUpdate().executeTakeFirstOrThrow();
  if (last.number >= number) return;
  await trx
    .updateTable('target_lists')
    .set({ number, at })
    .where('tenant_id', '=', tenant_id)
    .where('target_id', '=', id)
    .where('issuer', '=', issuer)
    .execute();
  const since = new Date(Math.max(0, last.at.getTime() - MARGIN_MS));
  await wantAgain(trx, { tenantId: tenant_id, targetId: id }, { issuer, since });
}

/** A list that the target would not obey; where the cloud has the key, the next one is signed for a later second. */
async function replace(context: CloudContext, tenantId: string, issuer: string): Promise<void> {
  const est = estAuthorities(context);
  if (sha256((await est.of(tenantId)).certificate) !== issuer) return;
  await context.db.transaction().execute((trx) => signDirectList({ ...context, est }, trx, tenantId));
}

async function publish(
  context: CloudContext,
  target: Target,
  connector: Connector,
  head: Head,
): Promise<Error | null> {
  const { db, closing, now } = context;
  const { tenant_id: tenantId } = target;
  const row = await db
    .selectFrom('crls')
    .select(['number', 'der'])
    .where('tenant_id', '=', tenantId)
    .where('issuer', '=', head.issuer)
    .executeTakeFirstOrThrow();
  try {
    await connector.publishCrl(row.der, closing);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.code === 'crl-same-second') await replace(context, tenantId, head.issuer);
    // The broker has a newer one already, from another node.
    if (error.code !== 'crl-not-newer') return error;
  }
  const held = { issuer: head.issuer, number: row.number };
  await db.transaction().execute((trx) => book(trx, target, held, now()));
  return null;
}

/**
 * Gives a target every list of revoked certificates that is newer than what it has, where it takes lists. Returns the
 * first failure; it is tried again in the next round.
 */
export async function publishLists(
  context: CloudContext,
  target: Target,
  connector: Connector,
): Promise<Error | null> {
  if (!connector.capabilities.publishesCrl) return null;
  const known = published.get(connector) ?? new Map<string, number>();
  published.set(connector, known);
  let failure: Error | null = null;
  for (const head of await headsOf(context, target)) {
    if ((known.get(head.issuer) ?? 0) >= head.number) continue;
    const error = await publish(context, target, connector, head);
    if (error === null) known.set(head.issuer, head.number);
    failure ??= error;
  }
  return failure;
}
