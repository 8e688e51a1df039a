import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { decodeEnvelope, encodeEnvelope, MAC, recipientIds, type Envelope } from './envelope-der.ts';
import { altered, CourierError, parsing } from './errors.ts';
import { KEY_LENGTH, deriveWrapKey, unwrapKey, wrapKey } from './key-wrap.ts';

/** One of our own key pairs for receiving. The private key stays where it is: only shared secrets come out. */
export interface CourierKey {
  /** X.509, DER, P-256. */
  certificate: Uint8Array;
  /** Raw ECDH shared secret (32 octets, the x coordinate) with the peer's key, SPKI in DER. */
  agree(peerPublicKeySpki: Uint8Array): Promise<Uint8Array>;
}

const NONCE = 12;
const POINT = 65;
/** SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point (RFC 5480, 2). */
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** Encrypts for the holder of `certificate` (P-256): ephemeral-static ECDH, X9.63 KDF, AES-256 key wrap, AES-256-GCM. */
export function encryptFor(certificate: Uint8Array, clear: Uint8Array): Buffer {
  const { publicKey } = new X509Certificate(certificate);
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
  const [key, nonce] = [randomBytes(KEY_LENGTH), randomBytes(NONCE)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: MAC });
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()]);
  const wrapped = wrapKey(deriveWrapKey(secret), key);
  const point = ephemeral.publicKey.export({ type: 'spki', format: 'der' }).subarray(P256_SPKI.length);
  const rid = recipientIds(certificate)[0] ?? Buffer.alloc(0);
  return encodeEnvelope({ rid, point, wrapped, nonce, ciphertext, mac: cipher.getAuthTag() });
}

function keyFor(rid: Buffer, keys: readonly CourierKey[]): CourierKey {
  const key = keys.find(({ certificate }) => recipientIds(certificate).some((id) => id.equals(rid)));
  if (key !== undefined) return key;
  throw new CourierError('wrong-addressee', 'The courier file is sealed for somebody else.');
}

function ephemeralSpki(point: Buffer): Buffer {
  const spki = Buffer.concat([P256_SPKI, point]);
  if (point.length !== POINT || point[0] !== 4) throw altered('ephemeral key');
  // OpenSSL checks here that the point is on the curve; the vault is never asked with another.
  parsing('ephemeral key', () => createPublicKey({ key: spki, format: 'der', type: 'spki' }));
  return spki;
}

function decryptContent(key: Buffer, { nonce, ciphertext, mac }: Envelope): Buffer {
  return parsing('content', () => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: MAC });
    decipher.setAuthTag(mac);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  });
}

/** Decrypts what was sealed for one of `keys`. Every byte counts: what does not come out of our own encoder again is altered. */
export async function decryptWith(keys: readonly CourierKey[], file: Buffer): Promise<Buffer> {
  const envelope = parsing('envelope', () => decodeEnvelope(file));
  const key = keyFor(envelope.rid, keys);
  if (!parsing('envelope', () => encodeEnvelope(envelope)).equals(file)) throw altered('envelope');
  const secret = await key.agree(ephemeralSpki(envelope.point));
  const contentKey = unwrapKey(deriveWrapKey(secret), envelope.wrapped);
  if (contentKey?.length !== KEY_LENGTH) throw altered('content key');
  try {
    return decryptContent(contentKey, envelope);
  } finally {
    contentKey.fill(0);
  }
}
