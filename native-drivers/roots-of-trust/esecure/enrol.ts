import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, enrolSlotsResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from '../agent/agent-link.ts';
import { outcomeOf, refuseIfAborted } from '../outcome.ts';
import { checkSlots, DEVICE_POLICIES, readSlots, setSlot } from './slots.ts';

const ENROL_TIMEOUT_MS = 10_000;

/**
 * Sets the policy of both slots, reads it, has the keys made, reads it again. The keys are made once: a lost answer is
 * `outcome-unknown`. No score and no helper data: nothing was measured, nothing is rebuilt.
 */
export async function enrolSlots(
  link: AgentLink,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  refuseIfAborted(context.signal);
  const step = (done: number, note: string) => context.progress({ done, total: 2, unit: 'steps', note });
  step(0, 'Slot policy');
  for (const policy of DEVICE_POLICIES) await setSlot(link, policy, context);
  checkSlots(await readSlots(link, context), false);
  step(1, 'Make keys');
  const options = { timeoutMs: ENROL_TIMEOUT_MS };
  const answer = await link
    .ask(SmpOp.write, EnrolmentCommand.enrol, {}, enrolSlotsResponse, context.signal, options)
    .catch((error: unknown) => {
      throw outcomeOf(error);
    });
  checkSlots(await readSlots(link, context), true);
  step(2, 'Make keys');
  const deviceId = Buffer.from(answer.id).toString('hex');
  return { output: { score: 0, deviceId, helperDataHash: '' }, measurements: [] };
}
