import type { Transport } from '#drivers/core/link.ts';
import { AgentLink } from '../agent/agent-link.ts';
import { agentSession, type AgentSession } from '../agent/session.ts';
import { unsupported } from '../unsupported.ts';
import { enrolSoftwareKey } from './enrol.ts';

/** A key that the station makes, for parts with nothing that could make or keep one. */
export type SoftwareSession = AgentSession;

export function softwareOver(link: AgentLink): SoftwareSession {
  return agentSession(link, {
    madeHere: true,
    enrol: (context, keepFor) => enrolSoftwareKey(link, context, keepFor),
    reconstruct: () => unsupported('reconstruct', 'Its key was given to it: nothing is rebuilt.'),
  });
}

/** As `softwareOver`, over a link of its own. */
export const createSoftwareSession = (transport: Transport): SoftwareSession =>
  softwareOver(new AgentLink(transport));
