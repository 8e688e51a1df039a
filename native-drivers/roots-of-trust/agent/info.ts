import type { AgentInfo, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, infoResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexOrNull = (bytes: Uint8Array | null): string | null => (bytes === null ? null : hex(bytes));

export const askInfo = (link: AgentLink, context: OperationContext) =>
  link.ask(SmpOp.read, EnrolmentCommand.info, {}, infoResponse, context.signal, { attempts: 3 });

/** Waits for the agent, asks who it is and goes on at the rate that it offers. */
export async function agentInfo(
  link: AgentLink,
  context: OperationContext,
): Promise<OperationResult<'boot-application'>> {
  await link.ready(context.signal);
  const answer = await askInfo(link, context);
  await link.speedUp(answer.max_baud, context.signal);
  const output: AgentInfo = {
    chipUid: hex(answer.uid),
    firmware: answer.fw,
    rootOfTrust: answer.rot,
    enrolled: answer.enrolled,
    locked: answer.locked,
    deviceId: hexOrNull(answer.id),
    lifecycle: { dlm: answer.dlm, protection: answer.pl, authentication: answer.al },
  };
  return { output, measurements: [] };
}

/** What the part is by its firmware. `locked` is the chip's own word, `agentLocked` the agent's. */
export async function agentState(
  link: AgentLink,
  context: OperationContext,
): Promise<OperationResult<'read-state'>> {
  await link.ready(context.signal);
  const answer = await askInfo(link, context);
  return {
    output: {
      chipUid: hex(answer.uid),
      via: 'agent',
      lifecycle: { dlm: answer.dlm, protection: answer.pl, authentication: answer.al },
      locked: answer.locked && answer.dlm === 'LCK_BOOT',
      enrolled: answer.enrolled,
      deviceId: hexOrNull(answer.id),
      certificateFingerprint: hexOrNull(answer.cert),
      agentLocked: answer.locked,
    },
    measurements: [],
  };
}
