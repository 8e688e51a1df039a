import type { CloudContext } from '#cloud/server/context.ts';
import type { Connector } from '#connectors/connector.ts';
import { ConnectorError } from '#connectors/errors.ts';
import type { TargetRow } from './target-view.ts';

/** Newest list that went to each target from this node, by issuer. Lost with the process: then it goes once more. */
const published = new WeakMap<Connector, Map<string, number>>();

/**
 * Gives a target every list of revoked certificates that is newer than what it has, where it takes lists. Returns the
 * first failure; it is tried again in the next round.
 */
export async function publishLists(
  { db, closing }: CloudContext,
  { tenant_id }: TargetRow,
  connector: Connector,
): Promise<Error | null> {
  if (!connector.capabilities.publishesCrl) return null;
  const known = published.get(connector) ?? new Map<string, number>();
  published.set(connector, known);
  const heads = await db
    .selectFrom('crls')
    .select(['issuer', 'number'])
    .where('tenant_id', '=', tenant_id)
    .execute();
  for (const { issuer, number } of heads) {
    if ((known.get(issuer) ?? 0) >= number) continue;
    const row = await db
      .selectFrom('crls')
      .select('der')
      .where('tenant_id', '=', tenant_id)
      .where('issuer', '=', issuer)
      .executeTakeFirstOrThrow();
    try {
      await connector.publishCrl(row.der, closing);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      // The broker has a newer one already, from another node.
      if (error.code !== 'crl-not-newer') return error;
    }
    known.set(issuer, number);
  }
  return null;
}
