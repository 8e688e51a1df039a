import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { GEN_KEY, INFO, OP } from '#drivers/protocols/atecc/constants.ts';
import { spkiOf } from '../p256.ts';
import { deviceIdOf } from '../device-id.ts';
import type { ConfigZone } from './config-zone.ts';
import { SLOT, unfitSlots } from './policy.ts';

/** X and Y, and R and S. */
export const POINT_BYTES = 64;

/** The chip says whether the identity slot holds a key; before the rules are locked it holds none that would stay. */
export async function hasKey(client: AteccClient, zone: ConfigZone): Promise<boolean> {
  if (!zone.configLocked || unfitSlots(zone).includes(SLOT.identity)) return false;
  const [valid] = await client.run({ op: OP.info, p1: INFO.keyValid, p2: SLOT.identity }, 4);
  return valid === 1;
}

/** SubjectPublicKeyInfo, DER, of the key in the identity slot. */
export async function publicKeyOf(client: AteccClient): Promise<Uint8Array> {
  const command = { op: OP.genKey, p1: GEN_KEY.publicOnly, p2: SLOT.identity };
  return spkiOf(await client.run(command, POINT_BYTES));
}

/** Null where the part has no key. */
export async function keptDeviceId(client: AteccClient, zone: ConfigZone): Promise<string | null> {
  return (await hasKey(client, zone)) ? deviceIdOf(await publicKeyOf(client)) : null;
}
