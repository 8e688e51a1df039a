import { RKEY_TYPE_DLM, rkeyTypeName } from '#drivers/artefacts/rkey-types.ts';
import { parseRkey, type Rkey } from '#drivers/artefacts/rkey.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { boundaryOf, REGIONS, setBoundary, type Boundary } from '#drivers/protocols/ra-boot/boundary.ts';
import { GEN1_KEY } from '#drivers/protocols/ra-boot/constants.ts';
import { gen1Dlm } from '#drivers/protocols/ra-boot/dlm.ts';
import { gen1KeyHolds, setGen1Key, type KeyKind } from '#drivers/protocols/ra-boot/gen1-keys.ts';
import type { RaRom } from '../ra-common/ra-rom.ts';
import type { Gen1Part } from './part.ts';

/** A life-cycle key of 16 bytes with its MAC. */
const WRAPPED_DLM_KEY = 32;
const USER = /^USER:([0-9a-f]{2})$/i;

/** A wrapped key (.rkey file) into SECDBG, NONSECDBG, RMA, or USER:xx with its key id in hex; verified by the chip. */
export async function injectKey(
  part: Gen1Part,
  { slot, wrapped }: OperationInput<'inject-key'>,
  { signal }: OperationContext,
): Promise<OperationResult<'inject-key'>> {
  const { kind, id } = slotOf(slot);
  const rkey = parseRkey(wrapped);
  checkType(slot, kind, rkey);
  const rom = await part.useFastRom(signal);
  await refuseUnlessSsd(rom);
  part.touched = true;
  await setGen1Key(rom.client, kind, id, rkey);
  if (!(await gen1KeyHolds(rom.client, kind, id)))
    throw new DriverError('verify-mismatch', 'The chip does not confirm the key that it took.', {
      chip: 'not-locked',
      context: { slot },
    });
  return { output: { slot, verified: true }, measurements: [] };
}

function checkType(slot: string, kind: KeyKind, { keyType, encryptedKey }: Rkey): void {
  const context = { slot, keyType: rkeyTypeName(keyType), bytes: encryptedKey.length };
  if ((keyType === RKEY_TYPE_DLM) !== (kind === 'dlm'))
    throw refuse('The wrapped key is of another type than its slot.', context);
  if (kind === 'dlm' && encryptedKey.length !== WRAPPED_DLM_KEY)
    throw refuse('A life-cycle key has 16 bytes.', context);
}

function slotOf(slot: string): { kind: KeyKind; id: number } {
  const user = USER.exec(slot)?.[1];
  if (user !== undefined) return { kind: 'user', id: Number.parseInt(user, 16) };
  if (slot === 'SECDBG' || slot === 'NONSECDBG' || slot === 'RMA') return { kind: 'dlm', id: GEN1_KEY[slot] };
  throw refuse('This chip has no such key slot.', { slot });
}

/** Stores the boundary, resets the part so that it takes effect, and reads it back. Regions left out stay as they are. */
export async function setBoundaries(
  part: Gen1Part,
  { regions }: OperationInput<'set-boundary'>,
  { signal }: OperationContext,
): Promise<OperationResult<'set-boundary'>> {
  const unknown = Object.keys(regions).find((name) => !REGIONS.some((region) => region === name));
  if (unknown !== undefined) throw refuse('This chip has no such region.', { region: unknown });
  const rom = await part.useRom(signal);
  await refuseUnlessSsd(rom);
  const wanted: Boundary = { ...(await boundaryOf(rom.client)), ...regions };
  part.touched = true;
  await setBoundary(rom.client, wanted);
  part.drop();
  const stored = await boundaryOf((await part.useRom(signal)).client);
  const wrong = REGIONS.find((region) => stored[region] !== wanted[region]);
  if (wrong === undefined) return { output: { regions: stored }, measurements: [] };
  throw new DriverError('verify-mismatch', 'The chip holds another boundary than was set.', {
    chip: 'not-locked',
    context: { region: wrong, expected: wanted[wrong], found: stored[wrong] },
  });
}

/** Keys and boundary are taken in SSD alone; said before anything is sent that could change the part. */
async function refuseUnlessSsd({ client }: RaRom): Promise<void> {
  const dlm = await gen1Dlm(client);
  if (dlm === 'SSD') return;
  throw new DriverError('wrong-state', 'Keys and boundaries are set in SSD alone.', {
    chip: 'not-locked',
    context: { dlm },
  });
}

function refuse(message: string, context: Record<string, string | number>): DriverError {
  return new DriverError('bad-argument', message, { chip: 'untouched', context });
}
