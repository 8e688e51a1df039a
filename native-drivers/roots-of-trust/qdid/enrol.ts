import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, enrolResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from '../agent/agent-link.ts';
import { outcomeOf, refuseIfAborted } from '../outcome.ts';

const ENROL_TIMEOUT_MS = 10_000;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Reads the PUF and writes helper data: never to be repeated, so a lost answer is `outcome-unknown`. */
export async function enrolPuf(
  link: AgentLink,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  refuseIfAborted(context.signal);
  context.progress({ done: 0, total: 1, unit: 'steps', note: 'Enrol' });
  const options = { timeoutMs: ENROL_TIMEOUT_MS };
  const answer = await link
    .ask(SmpOp.write, EnrolmentCommand.enrol, {}, enrolResponse, context.signal, options)
    .catch((error: unknown) => {
      throw outcomeOf(error);
    });
  context.progress({ done: 1, total: 1, unit: 'steps', note: 'Enrol' });
  return {
    output: { score: answer.score, deviceId: hex(answer.id), helperDataHash: hex(answer.helper) },
    measurements: [{ name: 'enrol-score', value: answer.score, unit: 'score' }],
  };
}
