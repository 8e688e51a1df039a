import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { AgentInfo, OperationContext } from '#drivers/core/operations.ts';
import { START_BAUD_RATE } from '#drivers/protocols/smp/enrolment.ts';
import { AgentLink } from '#drivers/roots-of-trust/agent/agent-link.ts';
import { agentInfo } from '#drivers/roots-of-trust/agent/info.ts';
import { findRootOfTrust } from '#drivers/roots-of-trust/registry.ts';
import type { RootOfTrustSession } from '#drivers/roots-of-trust/root-of-trust.ts';

/** The firmware's voice: who it said it is when it woke, and its session. */
export interface Agent {
  /** As of the last start; what later commands changed is not in it. */
  info: AgentInfo;
  session: RootOfTrustSession;
  close(): void;
}

/**
 * Resets the part into its firmware, waits until the agent answers and opens the session of the root of trust that it
 * names. Rejects with `no-answer`, and with `unsupported` for a root of trust that no agent speaks for.
 */
export async function startAgent(link: Link, signal: AbortSignal): Promise<Agent> {
  await link.control.setMode('run');
  if (link.transport.baudRate !== START_BAUD_RATE) await link.transport.setBaudRate(START_BAUD_RATE);
  await link.control.reset();
  const agent = new AgentLink(link.transport);
  try {
    const info = (await agentInfo(agent, quiet(signal))).output;
    const session = sessionOf(info.rootOfTrust, agent);
    return { info, session, close: () => session.close() };
  } catch (error) {
    agent.close();
    throw error;
  }
}

function sessionOf(rootOfTrust: string, agent: AgentLink): RootOfTrustSession {
  const session = findRootOfTrust(rootOfTrust)?.overAgent?.(agent);
  if (session !== undefined) return session;
  throw new DriverError('unsupported', 'The firmware speaks for a root of trust that is unknown here.', {
    chip: 'not-locked',
    context: { rootOfTrust },
  });
}

/** A context for questions that a person need not see the progress of. */
export function quiet(signal: AbortSignal): OperationContext {
  return { signal, progress: () => undefined };
}
