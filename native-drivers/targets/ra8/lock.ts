import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import type { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { INITIALIZE_DISABLED, PARAMETER_INITIALIZE } from '#drivers/protocols/ra-boot/constants.ts';
import { irreversible } from '../ra-common/irreversible.ts';
import type { Ra8Part } from './part.ts';

/**
 * Closes the part from the inside out: agent, PL0, initialize disabled, LCK_BOOT. What is closed already is left
 * alone, so a lock that was cut short is carried on. `answered` false: the chip took LCK_BOOT without a word (it may
 * reset first) or did not take it; only `read-state` tells. A link that dies on the way is `outcome-unknown`.
 */
export async function lock(
  part: Ra8Part,
  input: OperationInput<'lock'>,
  context: OperationContext,
): Promise<OperationResult<'lock'>> {
  const total = 2 + Number(input.disableInitialize) + Number(input.lockBoot);
  let done = 0;
  const step = (note: string) => context.progress({ done: done++, total, unit: 'steps', note });
  step('Lock agent');
  await lockAgent(part, context);
  // The agent cannot be unlocked: from here on a lost link leaves a part that only a read-back can name.
  const answered = await irreversible('lock', () => lockChip(part, input, context.signal, step));
  context.progress({ done: total, total, unit: 'steps' });
  return { output: { answered }, measurements: [] };
}

async function lockChip(
  part: Ra8Part,
  { disableInitialize, lockBoot }: OperationInput<'lock'>,
  signal: AbortSignal,
  step: (note: string) => void,
): Promise<boolean> {
  const { client } = await part.useRom(signal);
  step('Protection level 0');
  await protect(client);
  if (disableInitialize) {
    step('Disable initialize');
    await disable(client);
  }
  if (!lockBoot) return true;
  step('Lock boot');
  return closeBoot(part, client);
}

async function lockAgent(part: Ra8Part, context: OperationContext): Promise<void> {
  const { session } = await part.useAgent(context.signal);
  const { agentLocked, lifecycle, chipUid } = (await session.readState(context)).output;
  if (lifecycle.dlm === 'LCK_BOOT') {
    throw new DriverError('locked', 'The chip is locked already.', { chip: 'locked', context: { chipUid } });
  }
  part.touched = true;
  if (agentLocked !== true) await session.lock({ signal: context.signal, progress: () => undefined });
}

async function protect(client: RaBootClient): Promise<void> {
  const level = await client.protection();
  if (level !== 'PL0') await client.moveProtection(level, 'PL0');
}

async function disable(client: RaBootClient): Promise<void> {
  if ((await client.parameter(PARAMETER_INITIALIZE)) === INITIALIZE_DISABLED) return;
  await client.setParameter(PARAMETER_INITIALIZE, INITIALIZE_DISABLED);
}

async function closeBoot(part: Ra8Part, client: RaBootClient): Promise<boolean> {
  const dlm = await client.dlm();
  part.expectsLock = true;
  try {
    await client.moveDlm(dlm, 'LCK_BOOT');
    return true;
  } catch (error) {
    // The link lives, but the answer was lost: the caller reads back anyway.
    if (error instanceof DriverError && isSilence(error)) return false;
    throw error;
  } finally {
    part.drop();
  }
}
