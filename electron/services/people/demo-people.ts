import type { Role } from '#contract/channel.ts';
import type { Store } from '#store/api.ts';
import { badgeHash, badgeSalt } from './badge.ts';
import { hashPin, PUBLIC_PIN_COST } from './pin.ts';

interface DemoPerson {
  id: string;
  name: string;
  role: Role;
  pin: string;
  badge: string;
}

/** The people of a demo station. Their PINs stand on its sign-in page: they protect nothing. */
export const demoPeople: readonly DemoPerson[] = [
  { id: '114', name: 'Mara Voss', role: 'operator', pin: '1140', badge: 'BADGE-114-MARA' },
  { id: '207', name: 'Jonas Weber', role: 'engineer', pin: '2070', badge: 'BADGE-207-JONAS' },
  { id: '301', name: 'Ines Calado', role: 'officer', pin: '3010', badge: 'BADGE-301-INES' },
];

/** Adds the demo people that are not in the store yet. */
export async function addDemoPeople(store: Pick<Store, 'people' | 'settings'>): Promise<void> {
  const salt = await badgeSalt(store);
  const known = new Set((await store.people.list()).map(({ id }) => id));
  const add = async ({ id, name, role, pin, badge }: DemoPerson): Promise<void> => {
    const hashes = { pinHash: await hashPin(pin, PUBLIC_PIN_COST), badgeHash: badgeHash(badge, salt) };
    await store.people.put({ id, name, role, ...hashes, failedAttempts: 0, lockedUntil: null }, 'station');
  };
  await Promise.all(demoPeople.filter(({ id }) => !known.has(id)).map(add));
}
