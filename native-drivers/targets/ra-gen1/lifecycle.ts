import { DriverError } from '#drivers/core/errors.ts';
import type {
  Lifecycle,
  OperationContext,
  OperationInput,
  OperationResult,
} from '#drivers/core/operations.ts';
import { GEN1_DLM } from '#drivers/protocols/ra-boot/constants.ts';
import type { Gen1DlmName } from '#drivers/protocols/ra-boot/constants.ts';
import { gen1Dlm, initializeGen1, moveGen1Dlm, moveWithKey } from '#drivers/protocols/ra-boot/dlm.ts';
import { irreversible } from '../ra-common/irreversible.ts';
import type { RaRom } from '../ra-common/ra-rom.ts';
import { readState } from './identify.ts';
import { lockBoot, wrongState } from './lock.ts';
import { lifecycleOf, type Gen1Part } from './part.ts';

/** Moves that need no key (DLM chapter of the hardware manuals, as Renesas' example code and radfu have it). */
const FREE_MOVES: Partial<Record<Gen1DlmName, readonly Gen1DlmName[]>> = {
  CM: ['SSD'],
  SSD: ['NSECSD', 'DPL'],
  NSECSD: ['DPL'],
  DPL: ['LCK_DBG', 'LCK_BOOT'],
  LCK_DBG: ['LCK_BOOT'],
};
/** Moves that the chip authenticates. */
const KEYED_MOVES: Partial<Record<Gen1DlmName, readonly Gen1DlmName[]>> = {
  NSECSD: ['SSD'],
  SSD: ['RMA_REQ'],
  DPL: ['NSECSD', 'RMA_REQ'],
};
/** States that no command leads out of. */
export const FINAL: readonly Gen1DlmName[] = ['LCK_DBG', 'LCK_BOOT', 'RMA_REQ'];
/** Not a state of the chip: its ID code is given. */
const UNLOCKED = 'UNLOCKED';

/** Erases all and brings the part to SSD; the reset that the command asks for is part of it. */
export async function initialize(
  part: Gen1Part,
  context: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { client } = await part.useRom(context.signal);
  context.progress({ done: 0, total: 0, unit: 'steps', note: 'Initialize' });
  const dlm = await gen1Dlm(client);
  part.touched = true;
  if (dlm === 'CM') await moveGen1Dlm(client, 'CM', 'SSD');
  await initializeGen1(client, dlm === 'CM' ? 'SSD' : dlm);
  part.drop();
  const lifecycle = await lifecycleOf(await part.useRom(context.signal));
  if (lifecycle.dlm !== 'SSD') throw wrongState('The chip is not open after initialize.', lifecycle.dlm);
  part.erased = true;
  return { output: lifecycle, measurements: [] };
}

/** One move to a neighbouring state, or the ID code (`UNLOCKED`). The key is wiped whatever happens. */
export async function moveLifecycle(
  part: Gen1Part,
  { to, key }: OperationInput<'move-lifecycle'>,
  context: OperationContext,
): Promise<OperationResult<'move-lifecycle'>> {
  try {
    if (to === UNLOCKED) return { output: await unlock(part, key, context.signal), measurements: [] };
    if (!isState(to)) throw badArgument('to', to);
    const rom = await part.useRom(context.signal);
    const from = await gen1Dlm(rom.client);
    if (from !== to) await move(part, rom, { from, to, key });
    return { output: await readBack(part, to, context), measurements: [] };
  } finally {
    key?.fill(0);
  }
}

interface Move {
  from: Gen1DlmName;
  to: Gen1DlmName;
  key: Uint8Array | undefined;
}

async function move(part: Gen1Part, { client }: RaRom, { from, to, key }: Move): Promise<void> {
  const keyed = KEYED_MOVES[from]?.includes(to) === true;
  const free = FREE_MOVES[from]?.includes(to) === true;
  if (!free && !keyed) throw wrongState('No move leads from this state to that one.', from, to);
  if (keyed && key === undefined) throw badArgument('key', 'missing');
  part.touched = true;
  if (to === 'LCK_BOOT') {
    await lockBoot(part, { client, from });
    return;
  }
  const act = () =>
    keyed && key !== undefined ? moveWithKey(client, from, to, key) : moveGen1Dlm(client, from, to);
  await (FINAL.includes(to) ? irreversible('dlmMove', act) : act());
}

/** From silicon: LCK_BOOT by the silence that follows a confirmed move. */
async function readBack(part: Gen1Part, to: Gen1DlmName, context: OperationContext): Promise<Lifecycle> {
  const { lifecycle } = (await readState(part, context)).output;
  if (lifecycle.dlm === to) return lifecycle;
  throw wrongState('The chip is in another state than it was moved to.', lifecycle.dlm, to);
}

async function unlock(part: Gen1Part, key: Uint8Array | undefined, signal: AbortSignal): Promise<Lifecycle> {
  if (key?.length !== 16) throw badArgument('key', 'must be 16 bytes');
  part.idCode.set(key);
  part.drop();
  try {
    return await lifecycleOf(await part.useRom(signal));
  } catch (error) {
    part.idCode.wipe();
    throw error;
  }
}

function isState(name: string): name is Gen1DlmName {
  return Object.hasOwn(GEN1_DLM, name);
}

function badArgument(field: string, problem: string): DriverError {
  return new DriverError('bad-argument', 'The move cannot be made as it was asked for.', {
    chip: 'untouched',
    context: { field, problem },
  });
}
