import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle } from '#drivers/core/operations.ts';
import type { NxpBootClient } from '#drivers/protocols/nxp-boot/client.ts';
import { PROPERTY, UNLOCKED } from '#drivers/protocols/nxp-boot/constants.ts';

/** Unique device id, 16 bytes in the order in which they stand in the part, hex. */
export async function chipUidOf(client: NxpBootClient): Promise<string> {
  const words = await client.property(PROPERTY.uniqueDeviceId);
  if (words.length === 4) return Buffer.from(Uint32Array.from(words).buffer).toString('hex');
  throw new DriverError('bad-frame', 'The unique device id is not one of 128 bits.', {
    context: { words: words.length },
  });
}

/** `LOCKED`: the ROM refuses to read and to write memory. */
export async function lifecycleOf(client: NxpBootClient): Promise<Lifecycle> {
  const [state] = await client.property(PROPERTY.securityState);
  const dlm = state === 0 || state === UNLOCKED ? 'OPEN' : 'LOCKED';
  return { dlm, protection: null, authentication: null };
}

/** `K3.0.0`: a letter, then major, minor, bug fix. */
export async function versionOf(client: NxpBootClient): Promise<string> {
  const [word = 0] = await client.property(PROPERTY.currentVersion);
  const numbers = [word >> 16, word >> 8, word].map((part) => part & 0xff).join('.');
  return `${String.fromCharCode(word >>> 24)}${numbers}`;
}
