import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { boundaryOf, REGIONS, setBoundary, type Boundary } from '#drivers/protocols/ra-boot/boundary.ts';
import { injectSceKey, refuseUnlessSsd, sceKey } from '#drivers/roots-of-trust/renesas-sce/wrapped-key.ts';
import type { Gen1Part } from './part.ts';

/** A wrapped key (.rkey file) into a slot of the SCE; verified by the chip. */
export async function injectKey(
  part: Gen1Part,
  input: OperationInput<'inject-key'>,
  { signal }: OperationContext,
): Promise<OperationResult<'inject-key'>> {
  const key = sceKey(input);
  const rom = await part.useFastRom(signal);
  await refuseUnlessSsd(rom.client);
  part.touched = true;
  return injectSceKey(rom.client, key);
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
  await refuseUnlessSsd(rom.client);
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

function refuse(message: string, context: Record<string, string | number>): DriverError {
  return new DriverError('bad-argument', message, { chip: 'untouched', context });
}
