import { DriverError } from '#drivers/core/errors.ts';
import type {
  ChipIdentity,
  Lifecycle,
  MemoryArea,
  OperationContext,
  OperationResult,
} from '#drivers/core/operations.ts';
import type { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { INITIALIZE_DISABLED, PARAMETER_INITIALIZE } from '#drivers/protocols/ra-boot/constants.ts';
import type { BootArea, Signature } from '#drivers/protocols/ra-boot/identity.ts';
import { areasOf, type RaRom } from '../ra-common/ra-rom.ts';
import type { Ra8Part } from './part.ts';

/** First letters of the product names of a target: R7FA8M1AHECBD and its packages. */
export interface Family {
  target: string;
  productPrefix: string;
}

export async function lifecycleOf(client: RaBootClient): Promise<Lifecycle> {
  const dlm = await client.dlm();
  return { dlm, protection: await client.protection(), authentication: await client.authentication() };
}

/**
 * Says what is in the socket and changes nothing. Refuses `wrong-chip` for another product and `locked` for a part
 * that can never be programmed again.
 */
export async function identify(
  part: Ra8Part,
  family: Family,
  target: string,
  context: OperationContext,
): Promise<OperationResult<'identify'>> {
  part.forget();
  const rom = await part.useRom(context.signal).catch((error: unknown) => explain(part, error, context));
  const { signature, client } = rom;
  if (target !== family.target || !signature.product.startsWith(family.productPrefix)) {
    throw wrongChip(signature, target);
  }
  const lifecycle = await lifecycleOf(client);
  await refuseLocked(rom, lifecycle);
  return { output: describe(signature, target, await areasOf(part, rom), lifecycle), measurements: [] };
}

function describe(
  { chipUid, product, maxBaudRate }: Signature,
  target: string,
  areas: BootArea[],
  lifecycle: Lifecycle,
): ChipIdentity {
  return { chipUid, product, target, maxBaudRate, areas: areas.map(plainArea), lifecycle };
}

function plainArea({ kind, start, end, eraseUnit, writeUnit }: BootArea): MemoryArea {
  return { kind, start, end, eraseUnit, writeUnit };
}

/** A silent ROM is an empty socket or a part in LCK_BOOT; only the firmware can tell which. */
async function explain(part: Ra8Part, silence: unknown, context: OperationContext): Promise<RaRom> {
  if (!(silence instanceof DriverError) || !isSilence(silence)) throw silence;
  const agent = await part.useAgent(context.signal).catch(() => null);
  if (agent?.info.lifecycle.dlm !== 'LCK_BOOT') throw silence;
  throw locked(agent.info.chipUid, agent.info.lifecycle);
}

/** At PL0 with initialize disabled nothing can be programmed either, though the ROM still answers. */
async function refuseLocked({ client, signature }: RaRom, lifecycle: Lifecycle): Promise<void> {
  const closed =
    lifecycle.protection === 'PL0' && (await client.parameter(PARAMETER_INITIALIZE)) === INITIALIZE_DISABLED;
  if (closed || lifecycle.dlm === 'LCK_BOOT') throw locked(signature.chipUid, lifecycle);
}

function locked(chipUid: string, lifecycle: Lifecycle): DriverError {
  return new DriverError('locked', 'The chip is locked already.', {
    chip: 'locked',
    context: { chipUid, dlm: lifecycle.dlm, protection: lifecycle.protection ?? 'unknown' },
  });
}

function wrongChip({ product, type, chipUid }: Signature, target: string): DriverError {
  return new DriverError('wrong-chip', 'The chip is not what the job is for.', {
    chip: 'untouched',
    context: { expected: target, product, type, chipUid },
  });
}
