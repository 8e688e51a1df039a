import type { Transport } from '#drivers/core/link.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import type { KeySlot } from '#drivers/protocols/smp/enrolment.ts';
import { AgentLink } from '../agent/agent-link.ts';
import { agentSession, type AgentSession } from '../agent/session.ts';
import { unsupported } from '../unsupported.ts';
import { enrolSlots } from './enrol.ts';
import { readSlots, setSlot, type SlotPolicy } from './slots.ts';

/** Keys in slots: the common operations, and the policy of each slot. */
export interface EsecureSession extends AgentSession {
  slots(context: OperationContext): Promise<KeySlot[]>;
  /** Of a slot without a key. Resolves with what the part says that it holds then. */
  setSlot(policy: SlotPolicy, context: OperationContext): Promise<KeySlot>;
}

/**
 * Silex Insight eSecure behind the enrolment agent. Its own interface is not public: what is spoken here is this
 * project's protocol, and how the agent's firmware calls the module is its author's business.
 */
export function esecureOver(link: AgentLink): EsecureSession {
  const common = agentSession(link, {
    enrol: (context) => enrolSlots(link, context),
    reconstruct: () => unsupported('reconstruct', 'Its keys are kept in slots: nothing is rebuilt.'),
  });
  return {
    ...common,
    slots: (context) => readSlots(link, context),
    setSlot: (policy, context) => setSlot(link, policy, context),
  };
}

/** As `esecureOver`, over a link of its own. */
export const createEsecureSession = (transport: Transport): EsecureSession =>
  esecureOver(new AgentLink(transport));
