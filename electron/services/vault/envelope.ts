import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM with a 96-bit random nonce and a 128-bit tag, NIST SP 800-38D section 8.2.2. */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const VERSION = 1;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** Nonce, ciphertext, tag. `aad` is authenticated with it and must be given again to decrypt. */
export function encrypt(key: Uint8Array, aad: Uint8Array, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws where key, aad or a single bit is not the one it was encrypted with. */
export function decrypt(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new RangeError('shorter than nonce and tag');
  const end = sealed.length - TAG_BYTES;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
}

/** JSON keeps the two names apart whatever characters they hold. */
function associated(purpose: string, id: string): Buffer {
  return Buffer.from(JSON.stringify(['rootline-envelope', VERSION, purpose, id]), 'utf8');
}

/**
 * Version byte, data key wrapped by the master key, content under the data key. Each content has a data key of its
 * own, so the number of contents is no matter of nonces. Purpose and id are authenticated in both layers.
 */
export function sealEnvelope(
  master: Uint8Array,
  purpose: string,
  id: string,
  plain: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const aad = associated(purpose, id);
  const dataKey = randomBytes(KEY_BYTES);
  const parts = [Buffer.of(VERSION), encrypt(master, aad, dataKey), encrypt(dataKey, aad, plain)];
  dataKey.fill(0);
  return new Uint8Array(Buffer.concat(parts));
}

/** Throws where the envelope is not whole, or was sealed for another purpose or id. The caller wipes the result. */
export function openEnvelope(master: Uint8Array, purpose: string, id: string, envelope: Uint8Array): Buffer {
  if (envelope[0] !== VERSION) throw new RangeError(`envelope version ${String(envelope[0])}`);
  const aad = associated(purpose, id);
  const content = 1 + WRAPPED_BYTES;
  const dataKey = decrypt(master, aad, envelope.subarray(1, content));
  try {
    return decrypt(dataKey, aad, envelope.subarray(content));
  } finally {
    dataKey.fill(0);
  }
}
