import { generateKeyPairSync } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';

export interface FreshKey {
  /** Big-endian, 32 bytes. The caller wipes it. */
  scalar: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array;
}

/** ECPrivateKey (RFC 5915, section 3): SEQUENCE, version 1, OCTET STRING of 32 bytes. */
const BEFORE_SCALAR = Buffer.from('020101' + '0420', 'hex');
const SCALAR_BYTES = 32;
const SEQUENCE_HEADER = 2;

/** A P-256 key from the system's random source. Only in buffers, never in a string or an object that cannot be wiped. */
export function makeFreshKey(): FreshKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'sec1', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  try {
    const from = SEQUENCE_HEADER + BEFORE_SCALAR.length;
    if (!privateKey.subarray(SEQUENCE_HEADER, from).equals(BEFORE_SCALAR))
      throw new DriverError('unsupported', 'The key is not in the form of RFC 5915.', { chip: 'untouched' });
    const scalar = Uint8Array.from(privateKey.subarray(from, from + SCALAR_BYTES));
    return { scalar, publicKey: Uint8Array.from(publicKey) };
  } finally {
    privateKey.fill(0);
  }
}
