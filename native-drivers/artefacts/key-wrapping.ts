import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { artefactError } from './errors.ts';

const BLOCK = 16;
const UFPK = 32;

/**
 * Wraps a key for injection as the Renesas Security Key Management Tool does: AES-128-CBC under UFPK[0:16] over the
 * key and its CBC-MAC (initial value 0) under UFPK[16:32]. Checked against the vector in wolfBoot's docs/Renesas.md.
 * Throws DriverError `bad-argument` on wrong lengths.
 */
export function wrapKey(ufpk: Uint8Array, iv: Uint8Array, key: Uint8Array): Uint8Array {
  checkLengths(ufpk, iv, key);
  const cipher = createCipheriv('aes-128-cbc', ufpk.subarray(0, BLOCK), iv).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(key),
    cipher.update(cbcMac(ufpk.subarray(BLOCK), key)),
    cipher.final(),
  ]);
}

/** What the chip does with a wrapped key: null where the MAC does not hold, so wrong key or changed bytes. */
export function unwrapKey(ufpk: Uint8Array, iv: Uint8Array, encryptedKey: Uint8Array): Uint8Array | null {
  checkLengths(ufpk, iv, encryptedKey);
  if (encryptedKey.length < 2 * BLOCK) throw artefactError('wrapped key', 'length', 'too short');
  const cipher = createDecipheriv('aes-128-cbc', ufpk.subarray(0, BLOCK), iv).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(encryptedKey), cipher.final()]);
  const key = plain.subarray(0, -BLOCK);
  if (timingSafeEqual(cbcMac(ufpk.subarray(BLOCK), key), plain.subarray(-BLOCK))) return key;
  plain.fill(0);
  return null;
}

function cbcMac(macKey: Uint8Array, message: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-cbc', macKey, Buffer.alloc(BLOCK)).setAutoPadding(false);
  return Buffer.concat([cipher.update(message), cipher.final()]).subarray(-BLOCK);
}

function checkLengths(ufpk: Uint8Array, iv: Uint8Array, blocks: Uint8Array): void {
  if (ufpk.length !== UFPK) throw artefactError('wrapped key', 'ufpk', 'must be 32 bytes');
  if (iv.length !== BLOCK) throw artefactError('wrapped key', 'iv', 'must be 16 bytes');
  if (blocks.length === 0 || blocks.length % BLOCK !== 0)
    throw artefactError('wrapped key', 'length', 'must be whole AES blocks');
}
