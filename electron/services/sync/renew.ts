import { certificationRequests, makeKeys } from './line-keys.ts';
import type { LineClient } from './line/line-client.ts';
import { openOwnLine, sayHello } from './connection.ts';
import { renewed } from './down/plan.ts';
import { der, keyPair, readSetting, SETTING, type KeyPair, type Membership } from './membership.ts';
import type { SyncParts } from './sync-parts.ts';
import { verifyCredentials } from './trust/certificates.ts';

/** Keys of a renewal under way: a request that was lost is made again for the same ones. */
export async function renewalKeys({ store, vault }: SyncParts): Promise<KeyPair> {
  const pending = await readSetting(store.settings, SETTING.renewal, keyPair);
  if (pending !== null) return pending;
  const keys = await makeKeys(vault);
  await store.settings.set(SETTING.renewal, JSON.stringify(keys), 'station');
  return keys;
}

/**
 * New certificates for new keys. They take the place of the old ones only once a call under them has been answered: until
 * then the old ones are as good as before.
 */
export async function renewByLine(
  parts: SyncParts,
  client: Pick<LineClient, 'renew'>,
  membership: Membership,
): Promise<Membership> {
  const { vault, store, name, pace } = parts;
  const keys = await renewalKeys(parts);
  const credentials = await client.renew(await certificationRequests(vault, keys, name));
  await verifyCredentials(vault, { keys, credentials }, der(membership.root), pace.date());
  const next = renewed(membership, keys, credentials);
  const proof = await openOwnLine(parts, next);
  try {
    await sayHello(parts, proof, next);
  } finally {
    await proof.close();
  }
  await store.settings.set(SETTING.membership, JSON.stringify(next), 'station');
  await store.settings.set(SETTING.renewal, '', 'station');
  return next;
}
