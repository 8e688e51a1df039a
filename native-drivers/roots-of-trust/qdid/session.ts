import type { Transport } from '#drivers/core/link.ts';
import { AgentLink } from '../agent/agent-link.ts';
import { agentSession, type AgentSession } from '../agent/session.ts';
import { enrolPuf } from './enrol.ts';
import { reconstructTest } from './reconstruct.ts';

export type QdidSession = AgentSession;

/** QDID behind the enrolment agent: the key comes from the PUF and is rebuilt from it. */
export function qdidOver(link: AgentLink): QdidSession {
  return agentSession(link, {
    enrol: (context) => enrolPuf(link, context),
    reconstruct: (input, context) => reconstructTest(link, input.reads, context),
  });
}

/** As `agentSession` over a link of its own. */
export const createQdidSession = (transport: Transport): QdidSession => qdidOver(new AgentLink(transport));
