import { createDecipheriv, createHmac, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { spkiOf } from '#drivers/roots-of-trust/p256.ts';

/**
 * HPKE of RFC 9180, base mode, one message, the recipient's side: by node:crypto alone, so that what the station seals
 * with its library is opened by something that is not that library.
 */
const KEM_ID = 0x0010; // 7.1: DHKEM(P-256, HKDF-SHA256)
const KDF_ID = 0x0001; // 7.2: HKDF-SHA256
const MODE_BASE = 0; // 5: Table 1
const SECRET_BYTES = 32; // 7.1: Nsecret
const NONCE_BYTES = 12; // 7.3: Nn
const TAG_BYTES = 16; // 7.3: Nt

/** 7.3: what the station seals with. */
const AES_256_GCM = { id: 0x0002, cipher: 'aes-256-gcm', keyBytes: 32 } as const;
/** 7.3: that of the test vectors of the RFC. */
export const AES_128_GCM = { id: 0x0001, cipher: 'aes-128-gcm', keyBytes: 16 } as const;
type Aead = typeof AES_256_GCM | typeof AES_128_GCM;

export interface SealedMessage {
  /** Uncompressed point of P-256. */
  enc: Uint8Array;
  /** Ciphertext and tag. */
  ct: Uint8Array;
  info: Uint8Array;
  aad: Uint8Array;
}

/** The message; the caller wipes it. Throws where it was sealed for another key, info or aad, or was changed. */
export function openBase(message: SealedMessage, recipient: KeyObject, aead: Aead = AES_256_GCM): Buffer {
  const { key, nonce } = keySchedule(decap(message.enc, recipient), message.info, aead);
  const tagAt = message.ct.length - TAG_BYTES;
  const decipher = createDecipheriv(aead.cipher, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(message.aad).setAuthTag(message.ct.subarray(tagAt));
  const opened = decipher.update(message.ct.subarray(0, tagAt));
  try {
    decipher.final();
    return opened;
  } catch (error) {
    opened.fill(0);
    throw error;
  } finally {
    key.fill(0);
  }
}

/** 4.1: Decap. */
function decap(enc: Uint8Array, privateKey: KeyObject): Buffer {
  const publicKey = createPublicKey({
    key: Buffer.from(spkiOf(enc.subarray(1))),
    format: 'der',
    type: 'spki',
  });
  const own = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const suite = Buffer.concat([Buffer.from('KEM'), uint16(KEM_ID)]);
  const dh = diffieHellman({ privateKey, publicKey });
  const prk = extract(suite, Buffer.alloc(0), 'eae_prk', dh);
  const context = Buffer.concat([enc, own.subarray(-enc.length)]);
  dh.fill(0);
  return expand(suite, prk, 'shared_secret', context, SECRET_BYTES);
}

/** 5.1: KeySchedule, without a shared key. */
function keySchedule(shared: Buffer, info: Uint8Array, { id, keyBytes }: Aead) {
  const suite = Buffer.concat([Buffer.from('HPKE'), uint16(KEM_ID), uint16(KDF_ID), uint16(id)]);
  const none = Buffer.alloc(0);
  const hashes = [extract(suite, none, 'psk_id_hash', none), extract(suite, none, 'info_hash', info)];
  const context = Buffer.concat([Buffer.of(MODE_BASE), ...hashes]);
  const secret = extract(suite, shared, 'secret', none);
  shared.fill(0);
  const key = expand(suite, secret, 'key', context, keyBytes);
  return { key, nonce: expand(suite, secret, 'base_nonce', context, NONCE_BYTES) };
}

const VERSION = Buffer.from('HPKE-v1', 'ascii');
const uint16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);

/** 4: LabeledExtract. */
function extract(suite: Buffer, salt: Buffer, label: string, ikm: Uint8Array): Buffer {
  const hmac = createHmac('sha256', salt).update(VERSION).update(suite);
  return hmac.update(label, 'ascii').update(ikm).digest();
}

/** 4: LabeledExpand, of at most one block of SHA-256. */
function expand(suite: Buffer, prk: Buffer, label: string, info: Buffer, bytes: number): Buffer {
  const hmac = createHmac('sha256', prk).update(uint16(bytes)).update(VERSION).update(suite);
  return hmac.update(label, 'ascii').update(info).update(Buffer.of(1)).digest().subarray(0, bytes);
}
