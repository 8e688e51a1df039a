import { randomInt } from 'node:crypto';
import { hashPin } from '#services/people/pin.ts';
import type { Store } from '#store/api.ts';

/** A real station's first start: one security officer with a random PIN that is shown once, on the terminal. */
export async function addFirstOfficer(store: Store, notify: (text: string) => void): Promise<void> {
  if ((await store.people.list()).length > 0) return;
  const pin = String(randomInt(0, 100_000_000)).padStart(8, '0');
  await store.people.put(
    {
      id: '1',
      name: 'Security officer',
      role: 'officer',
      pinHash: await hashPin(pin),
      badgeHash: null,
      failedAttempts: 0,
      lockedUntil: null,
    },
    'station',
  );
  notify(`First start: sign in as "Security officer" with PIN ${pin}. It is shown this once.`);
}
