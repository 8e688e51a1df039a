import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, OperationResult, PartState } from '#drivers/core/operations.ts';
import { hasHandle, property } from '#drivers/protocols/tpm2/capabilities.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { NV, PERMANENT, PT, RH } from '#drivers/protocols/tpm2/constants.ts';
import { nvReadPublic } from '#drivers/protocols/tpm2/nv.ts';
import { createPrimary, ENDORSEMENT_KEY, flushContext, readPublic } from '#drivers/protocols/tpm2/objects.ts';
import { spkiOf } from '../p256.ts';
import { deviceIdOf } from '../device-id.ts';
import { readChain } from './nv-files.ts';
import { CHAIN_INDICES, CONFIGURATION_INDEX, HANDLE } from './places.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * Which TPM it is: SHA-256 of the public area of its endorsement key (P-256, template L-2), which its seed makes the same
 * each time.
 */
export async function chipUidOf(client: TpmClient): Promise<string> {
  const { handle, public: found } = await createPrimary(client, RH.endorsement, ENDORSEMENT_KEY);
  await flushContext(client, handle);
  return digestOf(found.name);
}

/** Digest in a name, hex. The algorithm before it is SHA-256. */
export const digestOf = (name: Uint8Array): string => hex(name.subarray(2));

/** SHA-256 of the identity key's SubjectPublicKeyInfo, hex; null where no key of P-256 is kept. */
export async function keptDeviceId(client: TpmClient): Promise<string | null> {
  if (!(await hasHandle(client, HANDLE.identity))) return null;
  const { point } = await readPublic(client, HANDLE.identity);
  return point === null ? null : deviceIdOf(spkiOf(point));
}

export interface Ownership {
  ownerAuth: boolean;
  lockoutAuth: boolean;
  inLockout: boolean;
}

export async function ownershipOf(client: TpmClient): Promise<Ownership> {
  const bits = await property(client, PT.permanent);
  return {
    ownerAuth: (bits & PERMANENT.ownerAuth) !== 0,
    lockoutAuth: (bits & PERMANENT.lockoutAuth) !== 0,
    inLockout: (bits & PERMANENT.inLockout) !== 0,
  };
}

/** `OPEN`, `OWNED` (somebody set the owner's authorization), `LOCKOUT`; protection: which hierarchies have one. */
export function lifecycleOf({ ownerAuth, lockoutAuth, inLockout }: Ownership): Lifecycle {
  const set = [...(ownerAuth ? ['OWNER'] : []), ...(lockoutAuth ? ['LOCKOUT'] : [])];
  const dlm = inLockout ? 'LOCKOUT' : ownerAuth ? 'OWNED' : 'OPEN';
  return { dlm, protection: set.length === 0 ? null : set.join(' '), authentication: null };
}

/** Everything this station does to a TPM needs the owner's authorization, and a new TPM has none. Rejects with `protected`. */
export async function requireUnowned(client: TpmClient): Promise<void> {
  const ownership = await ownershipOf(client);
  if (!ownership.ownerAuth) return;
  throw new DriverError(
    'protected',
    'The owner authorization of this TPM is set: it was provisioned already, or belongs to somebody. Clear it in its firmware, or take another.',
    { chip: 'untouched', context: { dlm: lifecycleOf(ownership).dlm } },
  );
}

/** Indices of the device that exist and can still be written. */
export async function openIndices(client: TpmClient): Promise<{ exist: number[]; open: number[] }> {
  const exist: number[] = [];
  const open: number[] = [];
  for (const index of [...CHAIN_INDICES, CONFIGURATION_INDEX]) {
    const found = await nvReadPublic(client, index);
    if (found === null) continue;
    exist.push(index);
    if ((found.attributes & NV.writeLocked) === 0) open.push(index);
  }
  return { exist, open };
}

/** Certificates that cannot be written, and nobody who could remove them but the platform. */
export async function isLocked(client: TpmClient, { ownerAuth, lockoutAuth }: Ownership): Promise<boolean> {
  if (!ownerAuth || !lockoutAuth) return false;
  const { exist, open } = await openIndices(client);
  return exist.length > 0 && open.length === 0;
}

/** Everything that can be read without a change. */
export async function partState(client: TpmClient): Promise<OperationResult<'read-state'>> {
  const [chipUid, ownership] = [await chipUidOf(client), await ownershipOf(client)];
  const deviceId = await keptDeviceId(client);
  const [leaf] = await readChain(client);
  const output: PartState = {
    ...{
      chipUid,
      via: 'boot-rom',
      lifecycle: lifecycleOf(ownership),
      locked: await isLocked(client, ownership),
    },
    ...{ enrolled: deviceId !== null, deviceId, agentLocked: null },
    certificateFingerprint: leaf === undefined ? null : createHash('sha256').update(leaf).digest('hex'),
  };
  return { output, measurements: [] };
}

/** `2019.1023`-like: both halves of the firmware version, as the maker counts them; and who the maker is. */
export async function versionOf(client: TpmClient): Promise<{ maker: string; firmware: string }> {
  const maker = await property(client, PT.manufacturer);
  const numbers = [await property(client, PT.firmware1), await property(client, PT.firmware2)];
  const letters = Buffer.alloc(4);
  letters.writeUInt32BE(maker);
  return {
    maker: letters
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '')
      .trim(),
    firmware: numbers.map((number) => number.toString(16).padStart(8, '0')).join('.'),
  };
}
