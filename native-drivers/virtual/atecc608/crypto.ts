import { createHash } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import type { Entropy } from '../qdid/random.ts';

export const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** More than the key has, so that what remains is spread evenly: FIPS 186-5, A.2.1. */
const SEED_BYTES = 48;

/** A private key of P-256, 32 bytes. */
export const newKey = (noise: Entropy): Uint8Array => p256.utils.randomSecretKey(noise(SEED_BYTES));

/** X, then Y, big-endian. */
export const publicOf = (key: Uint8Array): Uint8Array => p256.getPublicKey(key, false).subarray(1);

/** R, then S, over a digest as it is. The chip does not choose the lower S. */
export const signDigest = (key: Uint8Array, digest: Uint8Array, noise: Entropy): Uint8Array =>
  p256.sign(digest, key, { prehash: false, lowS: false, extraEntropy: noise(32) });

/** R and S, X and Y. False too where the point is not on the curve. */
export const verifyDigest = (signature: Uint8Array, digest: Uint8Array, point: Uint8Array): boolean =>
  p256.verify(signature, digest, Buffer.concat([Buffer.of(0x04), point]), { prehash: false, lowS: false });
