import type { OperationContext } from '#drivers/core/operations.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import type { AgentLink } from './agent-link.ts';
import { injectCredentials, readCsr } from './credentials.ts';
import { agentInfo, agentState } from './info.ts';
import { lockAgent } from './lock.ts';
import { proveDevice } from './prove.ts';
import { unsupported } from '../unsupported.ts';
import { sealAndInject } from './sealed-secret.ts';

/** A root of trust behind the enrolment agent: the common operations and sealed secrets. */
export interface AgentSession extends RootOfTrustSession {
  /** Encrypts for this one part (HPKE to its enrolment key, vouched for by its device key) and stores it there. */
  injectSecret(name: string, secret: Uint8Array, context: OperationContext): Promise<void>;
}

/** How a key comes to be in the part, and whether it is rebuilt: where roots of trust differ. */
type KeyMaking = Pick<RootOfTrustSession, 'enrol' | 'reconstruct'> & {
  /** The key is made in this process: there is one that could be kept. */
  madeHere?: true;
};

/**
 * The station's side of docs/protocols/enrolment-agent.md. The transport must be open at 115200 baud, the part reset
 * with the mode pin high; the session takes the transport's listeners until `close()`.
 */
export function agentSession(link: AgentLink, own: KeyMaking): AgentSession {
  return {
    enrol: (context, keepFor) =>
      keepFor === undefined || own.madeHere === true
        ? own.enrol(context, keepFor)
        : unsupported('enrol', 'The part makes its key itself: there is none to keep.'),
    reconstruct: own.reconstruct,
    info: (context) => agentInfo(link, context),
    csr: (input, context) => readCsr(link, input.subjectSerial, context),
    inject: (input, context) => injectCredentials(link, input, context),
    prove: (input, context) => proveDevice(link, input.challenge, context),
    lock: (context) => lockAgent(link, context),
    readState: (context) => agentState(link, context),
    injectSecret: (name, secret, context) => sealAndInject(link, name, secret, context),
    close: () => link.close(),
  };
}
