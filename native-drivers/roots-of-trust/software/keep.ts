import { parseKeyRecipient } from '#drivers/artefacts/key-recipient.ts';
import { KEPT_KEY_FORM, keptKeyAad, type KeptKey } from '#drivers/core/kept-key.ts';
import type { KeepFor } from '#drivers/core/operations.ts';
import { sealTo } from '../agent/hpke.ts';
import { deviceIdOf } from '../device-id.ts';
import type { FreshKey } from './fresh-key.ts';

/** Seals the private key for its recipient; it does not wipe it. Null: the job keeps none. */
export type Keep = (fresh: FreshKey, uid: Uint8Array) => Promise<KeptKey | null>;

/** Reads the recipient, so that one that is none is refused (`bad-argument`) before a part is asked for anything. */
export function keepFor(wanted: KeepFor | undefined): Keep {
  if (wanted === undefined) return () => Promise.resolve(null);
  const { spki, fingerprint } = parseKeyRecipient(wanted.recipient);
  return async ({ scalar, publicKey }, uid) => {
    const chipUid = Buffer.from(uid).toString('hex');
    const aad = keptKeyAad({ batch: wanted.batch, chipUid, deviceId: deviceIdOf(publicKey) });
    const sealed = await sealTo(spki, Buffer.from(KEPT_KEY_FORM, 'ascii'), aad, scalar);
    return { recipient: fingerprint, ...sealed };
  };
}
