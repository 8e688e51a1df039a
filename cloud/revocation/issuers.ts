import { X509Certificate } from 'node:crypto';
import type { EstAuthorities } from '#cloud/est/authority.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import type { Db } from '#cloud/db/open.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';

export interface RevocationContext extends Pick<CloudContext, 'db' | 'now' | 'authorities'> {
  est: EstAuthorities;
}

/** Who signed a certificate, as far as lists go. */
export interface IssuerName {
  /** SHA-256 of the issuer's certificate; null where that is not known here. */
  fingerprint: string | null;
  /** Whether the cloud holds its key and signs its list. */
  ours: boolean;
}

function isIssuedBy(certificate: X509Certificate, issuer: Uint8Array): boolean {
  const ca = new X509Certificate(Buffer.from(issuer));
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

/** Finds the issuer of a certificate among the cloud's own authority for devices and the station's that reported it. */
export async function issuerOfCertificate(
  { est }: RevocationContext,
  trx: Trx | Db,
  tenantId: string,
  { der, station_id }: { der: Uint8Array; station_id: string | null },
): Promise<IssuerName> {
  const certificate = new X509Certificate(Buffer.from(der));
  const own = await est.of(tenantId);
  if (isIssuedBy(certificate, own.certificate)) return { fingerprint: sha256(own.certificate), ours: true };
  if (station_id === null) return { fingerprint: null, ours: false };
  const station = await trx
    .selectFrom('stations')
    .select('authority_issuing')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', station_id)
    .executeTakeFirst();
  const issuing = station?.authority_issuing ?? null;
  const known = issuing !== null && isIssuedBy(certificate, issuing);
  return { fingerprint: known ? sha256(issuing) : null, ours: false };
}
