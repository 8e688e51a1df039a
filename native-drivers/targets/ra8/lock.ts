import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import type { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { irreversible } from '../ra-common/irreversible.ts';
import { closeBoot, disableInitialize } from '../ra-common/lock-steps.ts';
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
  { disableInitialize: disable, lockBoot }: OperationInput<'lock'>,
  signal: AbortSignal,
  step: (note: string) => void,
): Promise<boolean> {
  const { client } = await part.useRom(signal);
  step('Protection level 0');
  await protect(client);
  if (disable) {
    step('Disable initialize');
    await disableInitialize(client);
  }
  if (!lockBoot) return true;
  step('Lock boot');
  const dlm = await client.dlm();
  return closeBoot(part, () => client.moveDlm(dlm, 'LCK_BOOT'));
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
