import { randomBytes } from 'node:crypto';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { writeRkey } from '#drivers/artefacts/rkey.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';

/** AES-128, in an .rkey file (rkey-types.ts). */
const AES_128 = 0x05;

/** An AES-128 key under a wrapping key that simulated chips know; real ones take a W-UFPK of Renesas' service. */
export function wrappedForBench(key: Uint8Array): Uint8Array {
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const iv = randomBytes(16);
  return writeRkey({ keyType: AES_128, wufpk, iv, encryptedKey: wrapKey(ufpk, iv, key) });
}
