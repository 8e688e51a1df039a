import { constants, verify, type KeyObject } from 'node:crypto';
import { SignatureScheme } from './constants.ts';

const {
  ecdsaSecp256r1Sha256,
  ecdsaSecp384r1Sha384,
  ed25519,
  rsaPssRsaeSha256,
  rsaPssRsaeSha384,
  rsaPssRsaeSha512,
  rsaPkcs1Sha256,
  rsaPkcs1Sha384,
  rsaPkcs1Sha512,
} = SignatureScheme;

/** What a server may sign its handshake with, first choice first. */
export const HANDSHAKE_SCHEMES: readonly number[] = [
  ecdsaSecp256r1Sha256,
  ecdsaSecp384r1Sha384,
  ed25519,
  rsaPssRsaeSha256,
  rsaPssRsaeSha384,
  rsaPssRsaeSha512,
];
/** In certificates the old padding of RSA is still common (RFC 8446, 4.2.3). */
export const CERTIFICATE_SCHEMES: readonly number[] = [
  ...HANDSHAKE_SCHEMES,
  rsaPkcs1Sha256,
  rsaPkcs1Sha384,
  rsaPkcs1Sha512,
];

interface Scheme {
  /** `asymmetricKeyType`, and the curve where there is one: a scheme names both (RFC 8446, 4.2.3). */
  keyType: string;
  curve?: string;
  hash: string | null;
  pss?: boolean;
}

const schemes: Record<number, Scheme> = {
  [ecdsaSecp256r1Sha256]: { keyType: 'ec', curve: 'prime256v1', hash: 'sha256' },
  [ecdsaSecp384r1Sha384]: { keyType: 'ec', curve: 'secp384r1', hash: 'sha384' },
  [ed25519]: { keyType: 'ed25519', hash: null },
  [rsaPssRsaeSha256]: { keyType: 'rsa', hash: 'sha256', pss: true },
  [rsaPssRsaeSha384]: { keyType: 'rsa', hash: 'sha384', pss: true },
  [rsaPssRsaeSha512]: { keyType: 'rsa', hash: 'sha512', pss: true },
};

/** The two contexts of a CertificateVerify (RFC 8446, 4.4.3). */
export const SERVER_CONTEXT = 'TLS 1.3, server CertificateVerify';
export const CLIENT_CONTEXT = 'TLS 1.3, client CertificateVerify';
const LEADING_SPACES = 64;

/** What a CertificateVerify signs: 64 spaces, the context, a zero octet, the transcript's hash. */
export function signedContent(context: string, transcript: Uint8Array): Buffer {
  const text = Buffer.from(`${' '.repeat(LEADING_SPACES)}${context}\0`, 'ascii');
  return Buffer.concat([text, transcript]);
}

/** Whether `key` is one that may sign with `scheme` and did sign `content`. Never throws. */
export function schemeVerifies(
  scheme: number,
  key: KeyObject,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  const known = HANDSHAKE_SCHEMES.includes(scheme) ? schemes[scheme] : undefined;
  if (known === undefined || known.keyType !== key.asymmetricKeyType) return false;
  if (known.curve !== key.asymmetricKeyDetails?.namedCurve) return false;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  try {
    return verify(known.hash, content, known.pss === true ? { key, padding, saltLength } : key, signature);
  } catch {
    return false;
  }
}
