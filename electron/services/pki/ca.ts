import { X509Certificate } from 'node:crypto';
import type { JsonName } from '@peculiar/x509';
import { caExtensions, makeCertificate, signingExtensions } from './certificate-builder.ts';
import { pkiError } from './errors.ts';
import { OID } from './profile.ts';
import type { Signer } from './signer.ts';

/** Years: the root outlives the issuing CA, the issuing CA what it will ever be asked to issue. */
const ROOT_YEARS = 40;
const ISSUING_YEARS = 20;
/** A station's own clock may be behind by this much when another checks the certificate. */
const BACKDATE_MS = 60 * 60 * 1000;

function span(years: number): { notBefore: Date; notAfter: Date } {
  const start = Math.floor((Date.now() - BACKDATE_MS) / 1000) * 1000;
  const notAfter = new Date(start);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  return { notBefore: new Date(start), notAfter };
}

function nameOf(organization: string, commonName: string): JsonName {
  return [{ O: [organization] }, { CN: [commonName] }];
}

/** Name of the owner as certificates carry it. */
export interface AuthorityNames {
  organization: string;
  root: string;
  issuing: string;
  station: string;
}

/** Self-signed root, path length 1: it certifies issuing CAs and nothing below them. */
export function createRoot(signer: Signer, names: AuthorityNames): Promise<Buffer> {
  const name = nameOf(names.organization, names.root);
  const key = signer.publicKeySpki;
  return makeCertificate(
    {
      subject: name,
      issuer: name,
      publicKeySpki: key,
      ...span(ROOT_YEARS),
      extensions: caExtensions(1, key, key),
    },
    signer,
  );
}

/** Issuing CA under the root, path length 0: it certifies devices and stations only. */
export function createIssuingCa(
  root: Signer,
  publicKeySpki: Uint8Array,
  names: AuthorityNames,
): Promise<Buffer> {
  return makeCertificate(
    {
      subject: nameOf(names.organization, names.issuing),
      issuer: nameOf(names.organization, names.root),
      publicKeySpki,
      ...span(ISSUING_YEARS),
      extensions: caExtensions(0, publicKeySpki, root.publicKeySpki),
    },
    root,
  );
}

/** The station's certificate: signs records and manifests (EKU documentSigning, RFC 9336), never acts as a device. */
export function createStationCertificate(
  issuing: Signer,
  publicKeySpki: Uint8Array,
  names: AuthorityNames,
): Promise<Buffer> {
  return makeCertificate(
    {
      subject: nameOf(names.organization, names.station),
      issuer: nameOf(names.organization, names.issuing),
      publicKeySpki,
      ...span(ISSUING_YEARS),
      extensions: signingExtensions(OID.documentSigning, publicKeySpki, issuing.publicKeySpki),
    },
    issuing,
  );
}

/** Days until the first of the given certificates expires; negative when one has. */
export function daysLeft(certificates: readonly Uint8Array[], now: Date): number {
  const ends = certificates.map((der) => new X509Certificate(Buffer.from(der)).validToDate.getTime());
  return Math.floor((Math.min(...ends) - now.getTime()) / 86_400_000);
}

/**
 * For pre-flight: every CA certificate is valid now and still at `until`, the expected end of the batch.
 * Throws AppError `ca-validity`.
 */
export function checkCaValidity(certificates: readonly Uint8Array[], now: Date, until: Date): void {
  for (const der of certificates) {
    const { subject, validFromDate, validToDate } = new X509Certificate(Buffer.from(der));
    if (validFromDate <= now && until < validToDate) continue;
    throw pkiError(
      'ca-validity',
      `${subject.replaceAll('\n', ', ')} is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()}.`,
      'Check the clock of the station, then have the security officer renew the certificate authority.',
    );
  }
}
