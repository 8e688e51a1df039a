import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, MemoryArea, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { areasOf, type RaRom } from '../ra-common/ra-rom.ts';
import type { Gen1Family } from './families.ts';
import { ID_LOCKED, lifecycleOf, type Gen1Part } from './part.ts';

/** States that nothing can be programmed in, nor ever again by anybody but Renesas. */
const FINAL: readonly string[] = ['LCK_DBG', 'LCK_BOOT', 'RMA_REQ', 'RMA_ACK'];

/** Says what is in the socket and changes nothing. Refuses `wrong-chip`, and `locked` for a part in a final state. */
export async function identify(
  part: Gen1Part,
  family: Gen1Family,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  const rom = await part.useRom(signal);
  const { product, chipUid, maxBaudRate, type } = rom.signature;
  if (target !== family.target || !product.startsWith(family.productPrefix))
    throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
      chip: 'untouched',
      context: { expected: target, product, type, chipUid },
    });
  const lifecycle = await lifecycleOf(rom);
  if (FINAL.includes(lifecycle.dlm))
    throw new DriverError('locked', 'The chip is locked already.', {
      chip: 'locked',
      context: { chipUid, dlm: lifecycle.dlm },
    });
  const areas = await shownAreas(part, rom, family, lifecycle);
  return { output: { chipUid, product, target, maxBaudRate, areas, lifecycle }, measurements: [] };
}

async function shownAreas(
  part: Gen1Part,
  rom: RaRom,
  family: Gen1Family,
  lifecycle: Lifecycle,
): Promise<MemoryArea[]> {
  const areas = lifecycle === ID_LOCKED ? family.areas : await areasOf(part, rom);
  return areas.map(({ kind, start, end, eraseUnit, writeUnit }) => ({
    ...{ kind, start, end, eraseUnit, writeUnit },
  }));
}

/**
 * Changes nothing but a reset. In LCK_BOOT the boot ROM is silent, and in no other state; there is no second voice, so
 * silence counts as locked only where the chip confirmed the move to this session and has stayed in the socket since.
 */
export async function readState(
  part: Gen1Part,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  part.drop();
  const rom = await part.useRom(signal).catch((error: unknown) => {
    if (error instanceof DriverError && isSilence(error)) return error;
    throw error;
  });
  const lifecycle = rom instanceof DriverError ? await silent(part, rom) : await lifecycleOf(rom);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const locked = lifecycle.dlm === 'LCK_BOOT';
  const chipUid = part.knownUid ?? '';
  return { output: { chipUid, via: 'boot-rom', lifecycle, locked, ...identity }, measurements: [] };
}

async function silent(part: Gen1Part, silence: DriverError): Promise<Lifecycle> {
  if (await part.silenceMeansLocked()) return { dlm: 'LCK_BOOT', protection: null, authentication: null };
  if (!part.expectsLock) throw silence;
  throw new DriverError('outcome-unknown', 'The part is silent and never confirmed that it is locked.', {
    chip: 'unknown',
    context: { ...silence.context, command: 'dlmMove' },
    cause: silence,
  });
}
