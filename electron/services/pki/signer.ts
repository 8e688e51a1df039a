import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/**
 * A P-256 private key that stays where it lives (vault, token): callers hand in bytes and get a signature.
 * `sign` is ECDSA with SHA-256, signature in DER (RFC 3279, 2.2.3).
 */
export interface Signer {
  /** SubjectPublicKeyInfo, DER. */
  publicKeySpki: Uint8Array;
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** Public key of an SPKI in DER. */
export function publicKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

/** ECDSA P-256 with SHA-256, signature in DER: Node's own default, and a bare key spares a quarter of the call. */
export function verifyDer(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', data, key, signature);
}
