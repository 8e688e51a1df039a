import 'reflect-metadata';
import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type Extension,
} from '@peculiar/x509';
import { makeCertificate } from '#services/pki/certificate-builder.ts';
import { keyIdentifierOf, pointOf } from '#services/pki/device-key.ts';
import { pkiError } from '#services/pki/errors.ts';
import type { Signer } from '#services/pki/signer.ts';

/** id-kp-serverAuth, id-kp-clientAuth (RFC 5280, 4.2.1.12), id-kp-documentSigning (RFC 9336, 3.1). */
export const EKU = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  documents: '1.3.6.1.5.5.7.3.36',
} as const;

/** An authority that signs: its key and its certificate, DER. */
export interface CaKey {
  signer: Signer;
  certificate: Uint8Array;
}

/** X.520 upper bound of names (RFC 5280, appendix A). */
const LONGEST_NAME = 64;
/** The other side's clock may be behind by this much; a station's is off by a day at times. */
const BACKDATE_MS = 25 * 60 * 60 * 1000;
const DAY_MS = 86_400_000;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Leftmost 160 bits of the SHA-256 of the key (RFC 7093, 2, method 1). */
function keyIdentifier(spki: Uint8Array): string {
  const point = pointOf(spki);
  if (point === null) throw pkiError('csr-key-type', 'The key is not a P-256 key.', 'Use a P-256 key.');
  return keyIdentifierOf(point).toString('hex');
}

/** What differs between the certificates that the cloud gives out for itself and for stations. */
export interface EndEntity {
  organization: string;
  commonName: string;
  serialNumber?: string;
  publicKeySpki: Uint8Array;
  days: number;
  use: 'server' | 'client' | 'documents' | 'key-agreement';
  /** Host names and addresses. */
  names?: readonly string[];
}

function extensionsOf(plan: EndEntity, ca: CaKey): Extension[] {
  const { use, names = [], publicKeySpki } = plan;
  const flags = use === 'key-agreement' ? KeyUsageFlags.keyAgreement : KeyUsageFlags.digitalSignature;
  return [
    new KeyUsagesExtension(flags, true),
    ...(use === 'key-agreement' ? [] : [new ExtendedKeyUsageExtension([EKU[use]])]),
    ...(names.length === 0
      ? []
      : [
          new SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
          ),
        ]),
    new SubjectKeyIdentifierExtension(keyIdentifier(publicKeySpki)),
    new AuthorityKeyIdentifierExtension(keyIdentifier(ca.signer.publicKeySpki)),
  ];
}

/** `subject` of a certificate in the form in which the builder takes it. */
function subjectOf({ organization, commonName, serialNumber }: EndEntity) {
  return [
    { O: [organization.slice(0, LONGEST_NAME)] },
    { CN: [commonName.slice(0, LONGEST_NAME)] },
    ...(serialNumber === undefined ? [] : [{ '2.5.4.5': [serialNumber] }]),
  ];
}

/** One certificate under the tenant's issuing CA, DER. `issuerName`: as `createIssuingCa` wrote it. */
export function issueEndEntity(
  ca: CaKey,
  issuerName: { organization: string; commonName: string },
  plan: EndEntity,
  now: Date,
): Promise<Buffer> {
  const start = Math.floor((now.getTime() - BACKDATE_MS) / 1000) * 1000;
  return makeCertificate(
    {
      subject: subjectOf(plan),
      issuer: [{ O: [issuerName.organization] }, { CN: [issuerName.commonName] }],
      publicKeySpki: plan.publicKeySpki,
      notBefore: new Date(start),
      notAfter: new Date(Math.floor(now.getTime() / 1000) * 1000 + plan.days * DAY_MS),
      extensions: extensionsOf(plan, ca),
    },
    ca.signer,
  );
}

/** PEM of certificates one after the other. */
export function pemOf(...certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => new X509Certificate(Buffer.from(der)).toString()).join('');
}
