import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { createPublicKey, type webcrypto } from 'node:crypto';

/** RFC 9180 base mode: KEM 0010 (P-256), KDF 0001 (HKDF-SHA256), AEAD 0002 (AES-256-GCM). */
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

export interface Sealed {
  enc: Uint8Array;
  ct: Uint8Array;
}

/** SubjectPublicKeyInfo to the uncompressed point that HPKE serialises, 65 bytes. */
function pointOf(spki: Uint8Array): ArrayBuffer {
  const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const part = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  return Uint8Array.from(Buffer.concat([Buffer.of(4), part(jwk.x), part(jwk.y)])).buffer;
}

/** Encrypts once to a P-256 key. What is sealed is wiped from the copies that are made here; the caller has its own. */
export async function sealTo(
  recipient: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Promise<Sealed> {
  // The library names the browser's CryptoKey type, which a Node project does not load.
  const recipientPublicKey = (await suite.kem.deserializePublicKey(
    pointOf(recipient),
  )) as webcrypto.CryptoKey;
  const copy = Uint8Array.from(plain);
  try {
    const sender = await suite.createSenderContext({
      recipientPublicKey,
      info: Uint8Array.from(info).buffer,
    });
    const ct = await sender.seal(copy.buffer, Uint8Array.from(aad).buffer);
    return { enc: new Uint8Array(sender.enc), ct: new Uint8Array(ct) };
  } finally {
    copy.fill(0);
  }
}
