import { X509Certificate } from 'node:crypto';
import { sha256 } from '#cloud/pki/certificates.ts';
import { raiseAlert } from '#cloud/server/alerts.ts';
import { readCrl, type CrlFacts } from '#services/pki/crl-read.ts';
import type { UpBody } from '#protocol/up.ts';
import type { Placed } from './bodies.ts';
import type { Projection } from './projection.ts';

type List = Placed<UpBody<'crl'>>;

/** What the list says, once the CA that this station named when it joined has signed it; null otherwise. */
function factsOf({ body }: List, authority: Uint8Array | null): CrlFacts | null {
  if (authority === null || sha256(authority) !== body.issuer) return null;
  try {
    const facts = readCrl(Buffer.from(body.der, 'base64'), new X509Certificate(Buffer.from(authority)));
    return facts.number === body.number ? facts : null;
  } catch {
    return null;
  }
}

async function keep({ trx, tenantId }: Projection, { body }: List, facts: CrlFacts): Promise<void> {
  const row = {
    ...{ number: facts.number, this_update: facts.thisUpdate, next_update: facts.nextUpdate },
    ...{ revoked: facts.serials.size, der: Buffer.from(body.der, 'base64') },
  };
  await trx
    .insertInto('crls')
    .values({ tenant_id: tenantId, issuer: body.issuer, ...row })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'issuer']).doUpdateSet(row).where('crls.number', '<', facts.number),
    )
    .execute();
}

/** Lists of revoked certificates that only the station can sign; the newest of each issuer is published. */
export async function projectCrls(to: Projection, placed: readonly List[]): Promise<void> {
  if (placed.length === 0) return;
  const { trx, tenantId, stationId, now } = to;
  const { authority_issuing: authority } = await trx
    .selectFrom('stations')
    .select('authority_issuing')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .executeTakeFirstOrThrow();
  for (const list of placed) {
    const facts = factsOf(list, authority);
    if (facts !== null) await keep(to, list, facts);
    else
      await raiseAlert(
        trx,
        tenantId,
        {
          key: `crl-refused/${stationId}`,
          ...{ stationId, level: 'error' },
          text: `Message ${list.position} of this station brings a list of revoked certificates that its authority did not sign.`,
          next: 'The list before it stays published. Look at the station.',
        },
        now,
      );
  }
}
