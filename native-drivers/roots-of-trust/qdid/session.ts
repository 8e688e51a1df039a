import type { Transport } from '#drivers/core/link.ts';
import type { AgentInfo, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, enrolResponse, infoResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { AgentLink } from './agent-link.ts';
import { readCsr, injectCredentials } from './credentials.ts';
import { lockAgent } from './lock.ts';
import { outcomeOf, refuseIfAborted } from './outcome.ts';
import { proveDevice } from './prove.ts';
import { reconstructTest } from './reconstruct.ts';
import { sealAndInject } from './sealed-secret.ts';

/** QDID over the enrolment agent: the common operations and sealed secrets. */
export interface QdidSession extends RootOfTrustSession {
  /** Encrypts for this one part (HPKE to its enrolment key, vouched for by its device key) and stores it there. */
  injectSecret(name: string, secret: Uint8Array, context: OperationContext): Promise<void>;
}

const ENROL_TIMEOUT_MS = 10_000;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexOrNull = (bytes: Uint8Array | null): string | null => (bytes === null ? null : hex(bytes));

/**
 * The station's side of docs/protocols/enrolment-agent.md. The transport must be open at 115200 baud, the part reset
 * with the mode pin high; the session takes the transport's listeners until `close()`.
 */
export function createQdidSession(transport: Transport): QdidSession {
  const link = new AgentLink(transport);
  return {
    info: (context) => info(link, context),
    enrol: (context) => enrol(link, context),
    reconstruct: (input, context) => reconstructTest(link, input.reads, context),
    csr: (input, context) => readCsr(link, input.subjectSerial, context),
    inject: (input, context) => injectCredentials(link, input, context),
    prove: (input, context) => proveDevice(link, input.challenge, context),
    lock: (context) => lockAgent(link, context),
    readState: (context) => readState(link, context),
    injectSecret: (name, secret, context) => sealAndInject(link, name, secret, context),
    close: () => link.close(),
  };
}

const askInfo = (link: AgentLink, context: OperationContext) =>
  link.ask(SmpOp.read, EnrolmentCommand.info, {}, infoResponse, context.signal, { attempts: 3 });

async function info(
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

async function enrol(link: AgentLink, context: OperationContext): Promise<OperationResult<'enrol'>> {
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

async function readState(link: AgentLink, context: OperationContext): Promise<OperationResult<'read-state'>> {
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
