import { createHash } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';

export const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** A private key of P-256, 32 bytes. */
export const newKey = (): Uint8Array => p256.utils.randomSecretKey();

/** X, then Y, big-endian. */
export const publicOf = (key: Uint8Array): Uint8Array => p256.getPublicKey(key, false).subarray(1);

/** R, then S, over a digest as it is. The chip does not choose the lower S. */
export const signDigest = (key: Uint8Array, digest: Uint8Array): Uint8Array =>
  p256.sign(digest, key, { prehash: false, lowS: false, extraEntropy: true });
