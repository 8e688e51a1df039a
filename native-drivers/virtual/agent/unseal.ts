import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { createCipheriv, createDecipheriv, randomBytes, type webcrypto } from 'node:crypto';
import { labelled, SEAL_INFO } from '#drivers/protocols/smp/enrolment.ts';
import type { DerivedKey } from '../qdid/keys.ts';

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

export interface SealedSecret {
  name: string;
  enc: Uint8Array;
  ct: Uint8Array;
}

/** HPKE base mode to the enrolment key (docs/protocols/enrolment-agent.md, "Sealed secrets"). Null where it does not open. */
export async function unseal(
  sealed: SealedSecret,
  key: DerivedKey,
  uid: Uint8Array,
): Promise<Uint8Array | null> {
  return openSealed(sealed, key, labelled(SEAL_INFO, uid), Buffer.from(sealed.name, 'utf8'));
}

/** HPKE base mode, single shot. Null where it does not open. */
export async function openSealed(
  { enc, ct }: Pick<SealedSecret, 'enc' | 'ct'>,
  key: DerivedKey,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array | null> {
  try {
    // The library names the browser's CryptoKey type, which a Node project does not load.
    const recipientKey = {
      privateKey: (await suite.kem.deserializePrivateKey(buffer(key.scalar))) as webcrypto.CryptoKey,
      publicKey: (await suite.kem.deserializePublicKey(buffer(key.point))) as webcrypto.CryptoKey,
    };
    const recipient = await suite.createRecipientContext({
      ...{ recipientKey, enc: buffer(enc), info: buffer(info) },
    });
    return new Uint8Array(await recipient.open(buffer(ct), buffer(aad)));
  } catch {
    return null;
  }
}

/** For the part's own flash: AES-256-GCM under a key that only this PUF makes; nonce 12, ciphertext, tag 16. */
export function wrap(plain: Uint8Array, key: Uint8Array, place: string): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place, 'ascii'));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** Null for what was not wrapped by this part for this place. */
export function unwrap(wrapped: Uint8Array, key: Uint8Array, place: string): Uint8Array | null {
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12));
    cipher.setAAD(Buffer.from(place, 'ascii')).setAuthTag(wrapped.subarray(-16));
    return new Uint8Array(Buffer.concat([cipher.update(wrapped.subarray(12, -16)), cipher.final()]));
  } catch {
    return null;
  }
}
