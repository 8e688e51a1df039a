import { createHash, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { decodeMap, encodeMap } from '#drivers/protocols/smp/cbor.ts';
import { keyOfScalar, storageKey } from '../qdid/keys.ts';
import { siliconSeed } from '../qdid/silicon.ts';
import type { Keys } from './agent-identity.ts';
import { unwrap, wrap } from './unseal.ts';

const PART_KEY_INFO = 'rootline/virtual-part-key/1';
const PLACE = 'keys';
const scalar = z.instanceof(Uint8Array).refine((value) => value.length === 32);
const kept = z.object({ device: scalar, enrolment: scalar });
interface Scalars {
  device: Uint8Array;
  enrolment: Uint8Array;
}

/** Key of this one piece of simulated silicon, that no register shows: what keys at rest are wrapped under. */
function partKey(uid: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', siliconSeed(uid), new Uint8Array(0), PART_KEY_INFO, 32));
}

/** Both private keys as flash keeps them: AES-256-GCM under the part's own key. */
export function wrapScalars(scalars: Scalars, uid: Uint8Array): Uint8Array {
  const plain = encodeMap({ ...scalars });
  try {
    return wrap(plain, partKey(uid), PLACE);
  } finally {
    plain.fill(0);
  }
}

/** Null for what another part wrapped, or what was changed. */
export function unwrapScalars(wrapped: Uint8Array, uid: Uint8Array): Scalars | null {
  const plain = unwrap(wrapped, partKey(uid), PLACE);
  return plain === null ? null : (kept.safeParse(decodeMap(plain)).data ?? null);
}

export function keysOf({ device, enrolment }: Scalars, uid: Uint8Array): Keys {
  const own = keyOfScalar(device);
  const deviceId = new Uint8Array(createHash('sha256').update(own.spki).digest());
  return { device: own, enrolment: keyOfScalar(enrolment), storage: storageKey(partKey(uid)), deviceId };
}
