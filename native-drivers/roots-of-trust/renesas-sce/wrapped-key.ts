import { RKEY_TYPE_DLM, rkeyTypeName } from '#drivers/artefacts/rkey-types.ts';
import { parseRkey, type Rkey } from '#drivers/artefacts/rkey.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationInput, OperationResult } from '#drivers/core/operations.ts';
import type { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { GEN1_KEY } from '#drivers/protocols/ra-boot/constants.ts';
import { gen1Dlm } from '#drivers/protocols/ra-boot/dlm.ts';
import { gen1KeyHolds, setGen1Key, type KeyKind } from '#drivers/protocols/ra-boot/gen1-keys.ts';

/** A life-cycle key of 16 bytes with its MAC. */
const WRAPPED_DLM_KEY = 32;
const USER = /^USER:([0-9a-f]{2})$/i;

/** A wrapped key and where it goes. */
interface SceKey {
  slot: string;
  kind: KeyKind;
  id: number;
  rkey: Rkey;
}

/** An .rkey file for SECDBG, NONSECDBG, RMA, or USER:xx with its key id in hex. Throws `bad-argument`: nothing was sent. */
export function sceKey({ slot, wrapped }: OperationInput<'inject-key'>): SceKey {
  const place = placeOf(slot);
  const rkey = parseRkey(wrapped);
  checkType(slot, place.kind, rkey);
  return { slot, ...place, rkey };
}

/** Gives the key to the SCE, which unwraps it and wraps it for itself, and has it verified by the chip. */
export async function injectSceKey(
  client: RaBootClient,
  { slot, kind, id, rkey }: SceKey,
): Promise<OperationResult<'inject-key'>> {
  await setGen1Key(client, kind, id, rkey);
  if (!(await gen1KeyHolds(client, kind, id)))
    throw new DriverError('verify-mismatch', 'The chip does not confirm the key that it took.', {
      chip: 'not-locked',
      context: { slot },
    });
  return { output: { slot, verified: true }, measurements: [] };
}

/** Keys and boundary are taken in SSD alone; said before anything is sent that could change the part. */
export async function refuseUnlessSsd(client: RaBootClient): Promise<void> {
  const dlm = await gen1Dlm(client);
  if (dlm === 'SSD') return;
  throw new DriverError('wrong-state', 'Keys and boundaries are set in SSD alone.', {
    chip: 'not-locked',
    context: { dlm },
  });
}

function checkType(slot: string, kind: KeyKind, { keyType, encryptedKey }: Rkey): void {
  const context = { slot, keyType: rkeyTypeName(keyType), bytes: encryptedKey.length };
  if ((keyType === RKEY_TYPE_DLM) !== (kind === 'dlm'))
    throw refuse('The wrapped key is of another type than its slot.', context);
  if (kind === 'dlm' && encryptedKey.length !== WRAPPED_DLM_KEY)
    throw refuse('A life-cycle key has 16 bytes.', context);
}

function placeOf(slot: string): { kind: KeyKind; id: number } {
  const user = USER.exec(slot)?.[1];
  if (user !== undefined) return { kind: 'user', id: Number.parseInt(user, 16) };
  if (slot === 'SECDBG' || slot === 'NONSECDBG' || slot === 'RMA') return { kind: 'dlm', id: GEN1_KEY[slot] };
  throw refuse('This chip has no such key slot.', { slot });
}

function refuse(message: string, context: Record<string, string | number>): DriverError {
  return new DriverError('bad-argument', message, { chip: 'untouched', context });
}
