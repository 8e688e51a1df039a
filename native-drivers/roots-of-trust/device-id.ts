import { createHash } from 'node:crypto';

/** Device ID: SHA-256 of the device key's SubjectPublicKeyInfo (DER, 91 bytes for P-256), 64 lower-case hex digits. */
export function deviceIdOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex');
}
