import { X509Certificate } from 'node:crypto';
import { pkiError } from './errors.ts';
import { OID } from './profile.ts';

function refuse(what: string, cause?: unknown): never {
  throw pkiError(
    'chain-invalid',
    what,
    'Do not ship the part; check which authority issued its certificate.',
    cause,
  );
}

/** Parses one certificate; throws AppError `chain-invalid` naming `title`. */
export function parseCertificate(der: Uint8Array, title: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(der));
  } catch (cause) {
    return refuse(`${title} is not a certificate.`, cause);
  }
}

function checkTime(certificate: X509Certificate, title: string, at: Date): void {
  if (at < certificate.validFromDate || at > certificate.validToDate) refuse(`${title} is not valid now.`);
}

function checkLink(child: X509Certificate, parent: X509Certificate, title: string): void {
  if (!child.checkIssued(parent)) refuse(`${title} does not name its issuer.`);
  if (!child.verify(parent.publicKey)) refuse(`The signature of ${title} does not hold.`);
}

/** The authority's two certificates: root self-signed, issuing CA under it, both CAs, both valid at `at`. */
export function checkAuthority(issuing: X509Certificate, root: X509Certificate, at: Date): void {
  if (!root.ca || !issuing.ca) refuse('A certificate authority lacks its basic constraint.');
  checkLink(root, root, 'the root');
  checkLink(issuing, root, 'the issuing CA');
  checkTime(root, 'The root', at);
  checkTime(issuing, 'The issuing CA', at);
}

/** Purpose of an end entity under the issuing CA. */
export type Purpose = 'device' | 'station';
const usage: Record<Purpose, string> = { device: OID.clientAuth, station: OID.documentSigning };

/** An end entity under the issuing CA, for exactly one purpose. Throws AppError `chain-invalid`. */
export function checkEndEntity(
  certificate: X509Certificate,
  issuing: X509Certificate,
  purpose: Purpose,
  at: Date,
): void {
  if (certificate.ca) refuse('An end entity claims to be a certificate authority.');
  checkLink(certificate, issuing, `the ${purpose} certificate`);
  checkTime(certificate, `The ${purpose} certificate`, at);
  // Node names the extended key usage `keyUsage`.
  if (certificate.keyUsage.join() !== usage[purpose]) refuse(`The certificate is not that of a ${purpose}.`);
}
