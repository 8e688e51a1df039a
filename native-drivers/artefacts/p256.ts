import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

const COORDINATE = 32;

/** Public key as the RA8 boot firmware holds it: Qx||Qy, big-endian, 64 bytes. Takes a private key, too. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

/** Key object of Qx||Qy; null where that is no point of P-256. */
function importRawPublicKey(raw: Uint8Array): KeyObject | null {
  const point = Buffer.from(raw);
  const x = point.toString('base64url', 0, COORDINATE);
  const y = point.toString('base64url', COORDINATE);
  try {
    return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  } catch {
    return null;
  }
}

/** ECDSA with SHA-256, R||S big-endian, 64 bytes. */
export function signRaw(privateKey: KeyObject, message: Uint8Array): Uint8Array {
  return sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

/** False also where the public key is no point of the curve. */
export function verifyRaw(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = importRawPublicKey(publicKey);
  return key !== null && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
