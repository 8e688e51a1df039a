import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
  type JsonName,
} from '@peculiar/x509';
import { children, der, derBits, pick, readDer, TAG } from './der.ts';
import { keyIdentifierOf, pointOf } from './device-key.ts';
import { pkiError } from './errors.ts';
import { OID } from './profile.ts';
import { publicKeyOf, type Signer } from './signer.ts';

/** What goes into a certificate; the issuer's name and key identifier come from its own certificate. */
export interface CertificatePlan {
  subject: JsonName;
  issuer: JsonName;
  publicKeySpki: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  extensions: Extension[];
}

/** 16 random octets, top bit clear: positive and far below the 20 of RFC 5280, 4.1.2.2. */
export function newSerial(): Buffer {
  const octets = randomBytes(16);
  octets[0] = (octets[0] ?? 0) & 0x7f;
  // All zero would not be positive; the chance is 2^-127 and the cost is nothing.
  octets[15] = (octets[15] ?? 0) | (octets.every((octet) => octet === 0) ? 1 : 0);
  return octets;
}

function identifier(spki: Uint8Array): string {
  const point = pointOf(spki);
  if (!point) throw pkiError('certificate-profile', 'The key is not a P-256 key.', 'Use a P-256 key.');
  return keyIdentifierOf(point).toString('hex');
}

/** Extensions of a CA that may stand `pathLength` CAs above a device (RFC 5280, 4.2.1.9 and 4.2.1.3). */
export function caExtensions(pathLength: number, own: Uint8Array, issuer: Uint8Array): Extension[] {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    new SubjectKeyIdentifierExtension(identifier(own)),
    new AuthorityKeyIdentifierExtension(identifier(issuer)),
  ];
}

/** Extensions of an end entity that only signs, for one purpose. */
export function signingExtensions(usage: string, own: Uint8Array, issuer: Uint8Array): Extension[] {
  return [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    // A device may not pass for a station: where the purpose separates the two, it is critical.
    new ExtendedKeyUsageExtension([usage], usage !== OID.clientAuth),
    new SubjectKeyIdentifierExtension(identifier(own)),
    new AuthorityKeyIdentifierExtension(identifier(issuer)),
  ];
}

/** The body (TBSCertificate, DER) of a planned certificate: built by the library, not yet signed. */
export async function buildBody(plan: CertificatePlan): Promise<Buffer> {
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const publicKey = await webcrypto.subtle.importKey('spki', Buffer.from(plan.publicKeySpki), ecdsa, true, [
    'verify',
  ]);
  const unsigned = await X509CertificateGenerator.create({
    ...plan,
    serialNumber: newSerial().toString('hex'),
    publicKey,
    signingAlgorithm: ecdsa,
    // The key may live in a vault or token that the library cannot use: the real signature replaces this one.
    signature: new Uint8Array(64),
  });
  return pick(children(readDer(Buffer.from(unsigned.rawData), TAG.sequence)), 0, TAG.sequence).raw;
}

/** Signs a body and reads the result back before it leaves: parsed by OpenSSL's code and verified with the issuer's key. */
async function signBody(body: Uint8Array, signer: Signer, algorithm: Uint8Array): Promise<Buffer> {
  const signature = await signer.sign(body);
  const certificate = der(TAG.sequence, body, algorithm, derBits(signature));
  const parsed = new NodeCertificate(certificate);
  if (!parsed.verify(publicKeyOf(signer.publicKeySpki)))
    throw pkiError(
      'certificate-check',
      'A new certificate did not verify under its issuer.',
      'Stop the batch and check the issuing key.',
    );
  return certificate;
}

/** AlgorithmIdentifier of a body: the outer one must be the same (RFC 5280, 4.1.1.2). */
export function algorithmOf(body: Uint8Array): Buffer {
  return pick(children(readDer(body, TAG.sequence)), 2, TAG.sequence).raw;
}

/** Builds and signs one certificate: for CAs and the station, where speed does not matter. */
export async function makeCertificate(plan: CertificatePlan, signer: Signer): Promise<Buffer> {
  const body = await buildBody(plan);
  return signBody(body, signer, algorithmOf(body));
}
