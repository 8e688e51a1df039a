import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, ECCCMSSharedInfo } from 'pkijs';
import { OID } from './oids.ts';

/** Octets of the key encryption key and of the content encryption key: AES-256. */
export const KEY_LENGTH = 32;

/** ECC-CMS-SharedInfo for a 256-bit AES wrap key without user keying material (RFC 5753, 7.2). */
function sharedInfo(): Buffer {
  const suppPubInfo = Buffer.alloc(4);
  suppPubInfo.writeUInt32BE(KEY_LENGTH * 8);
  const info = new ECCCMSSharedInfo({
    keyInfo: new AlgorithmIdentifier({ algorithmId: OID.aes256Wrap }),
    suppPubInfo: new asn1js.OctetString({ valueHex: suppPubInfo }),
  });
  return Buffer.from(info.toSchema().toBER());
}

/** ANSI X9.63 KDF with SHA-256 (RFC 5753, 7.1.8; SEC 1, 3.6.1): 32 octets take one round, counter 1. */
export function deriveWrapKey(sharedSecret: Uint8Array): Buffer {
  return createHash('sha256')
    .update(sharedSecret)
    .update(Buffer.of(0, 0, 0, 1))
    .update(sharedInfo())
    .digest();
}

/** Initial value of RFC 3394, 2.2.3.1. */
const INITIAL = Buffer.alloc(8, 0xa6);
const ROUNDS = 6;

/**
 * One AES block. The key wrap of RFC 3394 is built on it here, because Electron's cryptography (BoringSSL behind
 * node:crypto) offers neither `id-aes256-wrap` nor AES-KW; a single block of CBC without IV is the bare cipher.
 */
function block(
  make: typeof createCipheriv | typeof createDecipheriv,
  key: Uint8Array,
  input: Buffer,
): Buffer {
  const cipher = make('aes-256-cbc', key, Buffer.alloc(16));
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(input), cipher.final()]);
}

function mixCounter(a: Buffer, t: number): Buffer {
  const mixed = Buffer.from(a);
  mixed.writeUInt32BE((mixed.readUInt32BE(4) ^ t) >>> 0, 4);
  return mixed;
}

/** RFC 3394, 2.2.1, index based. `key` comes in whole blocks of 8 octets; the result is 8 octets longer. */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Buffer {
  const r = Buffer.from(key);
  const n = r.length / 8;
  let a: Buffer = INITIAL;
  for (let t = 1; t <= ROUNDS * n; t++) {
    const at = ((t - 1) % n) * 8;
    const b = block(createCipheriv, kek, Buffer.concat([a, r.subarray(at, at + 8)]));
    a = mixCounter(b.subarray(0, 8), t);
    b.copy(r, at, 8);
  }
  return Buffer.concat([a, r]);
}

/** RFC 3394, 2.2.2. Null where the integrity check fails: another key, or other bytes. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Buffer | null {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) return null;
  const r = Buffer.from(wrapped.subarray(8));
  const n = r.length / 8;
  let a: Buffer = Buffer.from(wrapped.subarray(0, 8));
  for (let t = ROUNDS * n; t >= 1; t--) {
    const at = ((t - 1) % n) * 8;
    const b = block(createDecipheriv, kek, Buffer.concat([mixCounter(a, t), r.subarray(at, at + 8)]));
    a = b.subarray(0, 8);
    b.copy(r, at, 8);
  }
  return timingSafeEqual(a, INITIAL) ? r : null;
}
