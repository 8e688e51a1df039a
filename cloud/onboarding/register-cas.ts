import { estAuthorities } from '#cloud/est/authority.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import type { CaRegistration, Connector } from '#connectors/connector.ts';
import { ConnectorError } from '#connectors/errors.ts';
import type { TargetRow } from './target-view.ts';

/** CAs that this node made known to each target. Lost with the process: then the target says that it knows them. */
const registered = new WeakMap<Connector, Set<string>>();

/** CAs whose certificates devices of this tenant hold: each station's own, and the cloud's. Issuing CA first. */
async function authoritiesOf(context: CloudContext, tenantId: string): Promise<Uint8Array[][]> {
  const { chain } = await estAuthorities(context).of(tenantId);
  const stations = await context.db
    .selectFrom('stations')
    .select(['authority_issuing', 'authority_root'])
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'joined')
    .execute();
  const theirs = stations.map(({ authority_issuing: issuing, authority_root: root }) =>
    [issuing, root].filter((each) => each !== null),
  );
  return [...theirs, [...chain]].filter((certificates) => certificates.length > 0);
}

async function listOf({ db }: CloudContext, tenantId: string, issuing: Uint8Array) {
  const row = await db
    .selectFrom('crls')
    .select('der')
    .where('tenant_id', '=', tenantId)
    .where('issuer', '=', sha256(issuing))
    .executeTakeFirst();
  return row === undefined ? {} : { crl: row.der };
}

/**
 * Makes every CA of the tenant known where a target takes whole CAs. Returns the first failure, such as a station whose
 * list has not come yet; it is tried again in the next round.
 */
export async function registerCas(
  context: CloudContext,
  { tenant_id: tenantId }: Pick<TargetRow, 'tenant_id'>,
  connector: Connector,
): Promise<Error | null> {
  if (!connector.capabilities.registersCa) return null;
  const known = registered.get(connector) ?? new Set<string>();
  registered.set(connector, known);
  let failure: Error | null = null;
  for (const certificates of await authoritiesOf(context, tenantId)) {
    const [issuing] = certificates;
    if (issuing === undefined || known.has(sha256(issuing))) continue;
    try {
      const lists = connector.capabilities.publishesCrl ? await listOf(context, tenantId, issuing) : {};
      const ca: CaRegistration = { certificates, ...lists };
      await connector.registerCa(ca, context.closing);
      known.add(sha256(issuing));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      failure ??= error;
    }
  }
  return failure;
}
