import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { RomRefusal, STATUS } from '../ra-rom/protocol.ts';

/**
 * Wrapping a UFPK into a W-UFPK is a Renesas service with keys that only silicon knows. The simulated silicon has a
 * published convention instead, so that demos and tests can make keys it really checks:
 * W-UFPK[4:36] = salt (16) | first 16 bytes of HMAC-SHA256(K, "W-UFPK" | salt); UFPK = HMAC-SHA256(K, "UFPK" | salt);
 * K = the ASCII text below. It protects nothing and is meant for no real part.
 */
const SIMULATOR_KEY = 'Rootline virtual bench, not a secret';
const SALT = 16;
const BLOCK = 16;
/** SKR 4 | W-UFPK 32 | IV 16 | encrypted key. */
const SKR = 4;
const WUFPK = 32;
const HEAD = SKR + WUFPK + BLOCK;

/** A user factory programming key and its wrapped form (36 bytes, index 0) as the simulated silicon unwraps it. */
export function simulatorUfpk(salt: Uint8Array): { ufpk: Uint8Array; wufpk: Uint8Array } {
  if (salt.length !== SALT) throw new RangeError('the salt has 16 bytes');
  const wufpk = Buffer.concat([Buffer.alloc(4), salt, derive('W-UFPK', salt).subarray(0, BLOCK)]);
  return { ufpk: derive('UFPK', salt), wufpk };
}

export type Unwrapped = { known: true; key: Uint8Array } | { known: false };

/**
 * Opens an injected key of `keyBytes`. A W-UFPK of the convention gets the real check of its CBC-MAC (refused with
 * D1); any other cannot be unwrapped outside Renesas and is taken by its structure alone, unless `acceptForeign` says no.
 */
export function unwrapInjectedKey(payload: Uint8Array, keyBytes: number, acceptForeign: boolean): Unwrapped {
  if (payload.length !== HEAD + keyBytes + BLOCK) throw new RomRefusal(STATUS.packet);
  if (payload.subarray(0, SKR).some((byte) => byte !== 0)) throw new RomRefusal(STATUS.address);
  const ufpk = unwrapUfpk(payload.subarray(SKR, SKR + WUFPK));
  if (ufpk === null) {
    if (acceptForeign) return { known: false };
    throw new RomRefusal(STATUS.verification);
  }
  const key = openKey(ufpk, payload.subarray(SKR + WUFPK, HEAD), payload.subarray(HEAD));
  if (key === null) throw new RomRefusal(STATUS.verification);
  return { known: true, key };
}

function derive(purpose: string, salt: Uint8Array): Buffer {
  return createHmac('sha256', SIMULATOR_KEY).update(purpose).update(salt).digest();
}

function unwrapUfpk(wrapped: Uint8Array): Uint8Array | null {
  const salt = wrapped.subarray(0, SALT);
  const tag = derive('W-UFPK', salt).subarray(0, BLOCK);
  return timingSafeEqual(tag, wrapped.subarray(SALT)) ? derive('UFPK', salt) : null;
}

/** UFPK[0:16] decrypts, UFPK[16:32] is the CBC-MAC key (vector in wolfBoot's docs/Renesas.md). */
function openKey(ufpk: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Uint8Array | null {
  const cbc = createDecipheriv('aes-128-cbc', ufpk.subarray(0, BLOCK), iv).setAutoPadding(false);
  const plain = Buffer.concat([cbc.update(encrypted), cbc.final()]);
  const key = plain.subarray(0, -BLOCK);
  const mac = createCipheriv('aes-128-cbc', ufpk.subarray(BLOCK), Buffer.alloc(BLOCK)).setAutoPadding(false);
  const tag = Buffer.concat([mac.update(key), mac.final()]).subarray(-BLOCK);
  return timingSafeEqual(tag, plain.subarray(-BLOCK)) ? Uint8Array.from(key) : null;
}
