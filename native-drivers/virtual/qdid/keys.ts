import {
  createECDH,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** What a key is for. Two purposes never share a key. */
export type KeyPurpose = 'device' | 'enrolment';

const SEED_INFO = 'rootline/qdid/seed/1';
const KEY_INFO = 'rootline/qdid/key/1';
const HELPER_INFO = 'rootline/qdid/helper-mac/1';
const STORAGE_INFO = 'rootline/qdid/storage/1';
/** 256 bits of the order and 64 more: FIPS 186-5, A.2.1 "extra random bits". */
const SCALAR_SOURCE_BYTES = 40;
/** Order n of P-256 (SP 800-186, 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const hkdf = (secret: Uint8Array, salt: Uint8Array, info: string | Uint8Array, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, salt, info, length));
const NO_SALT = new Uint8Array(0);

/** The 256-bit seed from the enrolled response; the salt is the strong extractor's public randomness. */
export function seedOf(response: Uint8Array, salt: Uint8Array): Uint8Array {
  return hkdf(response, salt, SEED_INFO, 32);
}

export function helperTag(seed: Uint8Array, untagged: Uint8Array): Uint8Array {
  const key = hkdf(seed, NO_SALT, HELPER_INFO, 32);
  return createHmac('sha256', key).update(untagged).digest();
}

/** AES-256 key for what the part keeps in its own flash. */
export function storageKey(seed: Uint8Array): Uint8Array {
  return hkdf(seed, NO_SALT, STORAGE_INFO, 32);
}

export interface DerivedKey {
  /** Big-endian, 32 bytes, 1..n-1. */
  scalar: Uint8Array;
  /** Uncompressed point, 65 bytes. */
  point: Uint8Array;
  /** SubjectPublicKeyInfo, DER, 91 bytes. */
  spki: Uint8Array;
  /** For signing through node:crypto. */
  privateKey: KeyObject;
}

/** P-256 key pair: HKDF output as an integer c of 320 bits, scalar = (c mod (n-1)) + 1 (FIPS 186-5, A.2.1). */
export function deriveKey(seed: Uint8Array, purpose: KeyPurpose, index: number): DerivedKey {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(index);
  const info = Buffer.concat([Buffer.from(`${KEY_INFO}\0${purpose}\0`, 'ascii'), number]);
  const source = Buffer.from(hkdf(seed, NO_SALT, info, SCALAR_SOURCE_BYTES));
  const value = (BigInt(`0x${source.toString('hex')}`) % (ORDER - 1n)) + 1n;
  source.fill(0);
  return keyOfScalar(new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')));
}

/** The key pair of a private scalar, big-endian, 32 bytes. Throws where it is none of the curve. */
export function keyOfScalar(scalar: Uint8Array): DerivedKey {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = Uint8Array.from(curve.getPublicKey());
  const part = (from: number, to: number) => Buffer.from(point.subarray(from, to)).toString('base64url');
  const d = Buffer.from(scalar).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', d, x: part(1, 33), y: part(33, 65) };
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { scalar, point, spki: new Uint8Array(spki), privateKey };
}
