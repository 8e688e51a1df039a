import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as Parsed,
  type Extension,
} from '@peculiar/x509';
import { fatal, type TlsError } from './tls-error.ts';

/** Extended key usages (RFC 5280, 4.2.1.12). */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE = '2.5.29.37.0';
/** Extensions that are understood here, and so may be critical (RFC 5280, 4.2). */
const understood = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37']);
const NAME_CONSTRAINTS = '2.5.29.30';
const MIN_RSA_BITS = 2048;
const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
/** Signatures in certificates: SHA-2 with RSA (both paddings) or ECDSA, and Ed25519. */
const signatures = new Set([
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
]);

const broken = (message: string, cause?: unknown): TlsError =>
  fatal('certificate-malformed', 'bad_certificate', message, cause);
const purpose = (message: string): TlsError =>
  fatal('certificate-purpose', 'unsupported_certificate', message);

function extensionsOf(certificate: X509Certificate): Extension[] {
  try {
    return new Parsed(certificate.raw).extensions;
  } catch (cause) {
    throw broken('The extensions of a certificate do not parse.', cause);
  }
}

function find<T extends Extension>(
  list: readonly Extension[],
  kind: abstract new (...of: never[]) => T,
): T | undefined {
  return list.find((extension): extension is T => extension instanceof kind);
}

/** The server's own certificate: strong, for servers, allowed to sign. */
export function checkLeaf(leaf: X509Certificate): void {
  const extensions = checkCommon(leaf);
  checkServerUsage(leaf);
  const usage = find(extensions, KeyUsagesExtension);
  if (usage !== undefined && (usage.usages & KeyUsageFlags.digitalSignature) === 0)
    throw purpose('The certificate of the server may not sign.');
}

/** An issuer above `below`, which begins with the server's certificate: a CA that may stand there. */
export function checkStep(below: readonly X509Certificate[], issuer: X509Certificate): void {
  const extensions = checkCommon(issuer);
  const constraints = find(extensions, BasicConstraintsExtension);
  if (!issuer.ca || constraints?.ca !== true)
    throw broken('A certificate was issued by one that is no authority.');
  // CAs between this one and the server's certificate (RFC 5280, 4.2.1.9).
  const between = below.length - 1;
  if (constraints.pathLength !== undefined && between > constraints.pathLength)
    throw broken('The path is longer than one of its authorities allows.');
  checkServerUsage(issuer);
}

function checkCommon(certificate: X509Certificate): Extension[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  const isStrong =
    type === 'ed25519' ||
    ((type === 'rsa' || type === 'rsa-pss') && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) ||
    (type === 'ec' && curves.has(details?.namedCurve ?? ''));
  if (!isStrong) throw broken('A key of the path is too weak.');
  if (!signatures.has(certificate.signatureAlgorithmOid))
    throw broken('A signature of the path is too weak.');
  const extensions = extensionsOf(certificate);
  // Not evaluated here, and never to be passed over (RFC 5280, 4.2.1.10).
  const stranger = extensions.find(
    ({ type: oid, critical }) => oid === NAME_CONSTRAINTS || (critical && !understood.has(oid)),
  );
  if (stranger !== undefined) throw broken(`Extension ${stranger.type} is not understood.`);
  return extensions;
}

/** Node calls the extended key usage `keyUsage`; without one a certificate serves any purpose. */
function checkServerUsage({ keyUsage }: X509Certificate): void {
  const usages = keyUsage as string[] | undefined;
  if (usages === undefined || usages.length === 0) return;
  if (!usages.includes(SERVER_AUTH) && !usages.includes(ANY_USAGE))
    throw purpose('The certificate is not for servers.');
}
