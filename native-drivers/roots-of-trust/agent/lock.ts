import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, infoResponse, lockResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';
import { isLostAnswer, outcomeOf, refuseIfAborted } from '../outcome.ts';

/** One flash write; a lost answer is noticed after this. */
const LOCK_TIMEOUT_MS = 1000;

/**
 * Locks the agent and reads back. `answered` false: the answer to the command was lost, but the agent says that it is
 * locked. Without any answer the error is `outcome-unknown`: nobody books a lock that was not read.
 */
export async function lockAgent(
  link: AgentLink,
  context: OperationContext,
): Promise<OperationResult<'lock'>> {
  const { signal } = context;
  refuseIfAborted(signal);
  let lost: unknown = null;
  try {
    await link.ask(SmpOp.write, EnrolmentCommand.lock, {}, lockResponse, signal, {
      timeoutMs: LOCK_TIMEOUT_MS,
    });
  } catch (error) {
    if (!isLostAnswer(error)) throw error;
    lost = error;
  }
  const info = await link
    .ask(SmpOp.read, EnrolmentCommand.info, {}, infoResponse, signal, { attempts: 3 })
    .catch((error: unknown) => {
      throw outcomeOf(error);
    });
  if (!info.locked)
    throw new DriverError('device-error', 'The agent is not locked after the command.', {
      chip: 'not-locked',
      cause: lost,
    });
  const measurements = [{ name: 'agent-locked', value: 1, unit: 'count' }];
  return { output: { answered: lost === null }, measurements };
}
