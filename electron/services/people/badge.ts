import { createHmac, randomBytes } from 'node:crypto';
import type { Store } from '#store/api.ts';

const SALT_SETTING = 'badge.salt';
const SALT_BYTES = 32;

/** HMAC-SHA256 of the badge's text under the station's salt, hex: a copied database finds no badge by a list. */
export function badgeHash(badge: string, salt: Uint8Array): string {
  return createHmac('sha256', salt).update(badge, 'utf8').digest('hex');
}

/** The station's salt, made on first use. */
export async function badgeSalt({ settings }: Pick<Store, 'settings'>): Promise<Buffer> {
  const kept = await settings.get(SALT_SETTING);
  if (kept !== null) return Buffer.from(kept, 'hex');
  const salt = randomBytes(SALT_BYTES);
  await settings.set(SALT_SETTING, salt.toString('hex'), 'station');
  return salt;
}
