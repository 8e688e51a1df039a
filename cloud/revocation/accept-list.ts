import { X509Certificate } from 'node:crypto';
import { sha256 } from '#cloud/pki/certificates.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import type { UpBody } from '#protocol/up.ts';
import { readCrl } from '#services/pki/crl-read.ts';

/**
 * Takes the list that a station signed with its own CA, in the transaction that books the message. Returns why it was
 * not taken, or null. A list that is not newer than the one that is here changes nothing.
 */
export async function acceptList(
  { now }: Pick<CloudContext, 'now'>,
  trx: Trx,
  { tenantId, stationId }: { tenantId: string; stationId: string },
  { issuer, der: base64 }: UpBody<'crl'>,
): Promise<string | null> {
  const station = await trx
    .selectFrom('stations')
    .select('authority_issuing')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .executeTakeFirst();
  const issuing = station?.authority_issuing ?? null;
  if (issuing === null || sha256(issuing) !== issuer)
    return 'The list is not of the issuing CA of this station.';
  const der = Buffer.from(base64, 'base64');
  try {
    await keepNewer(trx, tenantId, issuer, {
      der,
      ...readCrl(der, new X509Certificate(Buffer.from(issuing))),
    });
    return null;
  } catch (error) {
    const { view } = error as { view?: { what: string } };
    if (view === undefined) throw error;
    return `${view.what} (${now().toISOString()})`;
  }
}

interface Newer {
  der: Buffer;
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
  serials: Set<string>;
}

async function keepNewer(trx: Trx, tenantId: string, issuer: string, list: Newer): Promise<void> {
  const { number, thisUpdate: this_update, nextUpdate: next_update, serials, der } = list;
  const values = { number, this_update, next_update, revoked: serials.size, der };
  await trx
    .insertInto('crls')
    .values({ tenant_id: tenantId, issuer, ...values })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'issuer']).doUpdateSet(values).where('crls.number', '<', number),
    )
    .execute();
}
