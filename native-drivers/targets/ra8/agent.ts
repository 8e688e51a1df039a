import type { Link } from '#drivers/core/link.ts';
import type { AgentInfo, OperationContext } from '#drivers/core/operations.ts';
import { START_BAUD_RATE } from '#drivers/protocols/smp/enrolment.ts';
import { createQdidSession } from '#drivers/roots-of-trust/qdid/session.ts';
import type { QdidSession } from '#drivers/roots-of-trust/qdid/session.ts';

/** The firmware's voice: who it said it is when it woke, and its session. */
export interface Agent {
  /** As of the last start; what later commands changed is not in it. */
  info: AgentInfo;
  session: QdidSession;
  close(): void;
}

/** Resets the part into its firmware and waits until the agent answers. Rejects with `no-answer`. */
export async function startAgent(link: Link, signal: AbortSignal): Promise<Agent> {
  await link.control.setMode('run');
  if (link.transport.baudRate !== START_BAUD_RATE) await link.transport.setBaudRate(START_BAUD_RATE);
  await link.control.reset();
  const session = createQdidSession(link.transport);
  const close = () => session.close();
  try {
    return { info: (await session.info(quiet(signal))).output, session, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A context for questions that a person need not see the progress of. */
export function quiet(signal: AbortSignal): OperationContext {
  return { signal, progress: () => undefined };
}
