import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { artefactError } from './errors.ts';

/**
 * Stand-in for the Renesas key wrapping service on the virtual bench. On silicon a hidden root key that only Renesas
 * and the chip know wraps a UFPK; simulated chips use this public constant instead, so such a W-UFPK guards nothing
 * and works on no real part. W-UFPK = index 0xFFFFFFFF | AES-256-CBC(root, IV 0, UFPK), 36 bytes.
 */
const ROOT = createHash('sha256').update('Rootline virtual bench: hidden root key').digest();
const IV = Buffer.alloc(16);
const INDEX = Buffer.alloc(4, 0xff);
const UFPK_BYTES = 32;

/** Wraps a 32-byte UFPK for simulated chips. */
export function wrapUfpkForBench(ufpk: Uint8Array): Uint8Array {
  if (ufpk.length !== UFPK_BYTES) throw artefactError('bench W-UFPK', 'ufpk', 'must be 32 bytes');
  const cipher = createCipheriv('aes-256-cbc', ROOT, IV).setAutoPadding(false);
  return Buffer.concat([INDEX, cipher.update(ufpk), cipher.final()]);
}

/** What a simulated chip does with W-UFPK[4:36], the 32 bytes that travel to it. */
export function unwrapBenchUfpk(wrapped: Uint8Array): Uint8Array {
  if (wrapped.length !== UFPK_BYTES) throw artefactError('bench W-UFPK', 'wrapped', 'must be 32 bytes');
  const cipher = createDecipheriv('aes-256-cbc', ROOT, IV).setAutoPadding(false);
  return Buffer.concat([cipher.update(wrapped), cipher.final()]);
}
