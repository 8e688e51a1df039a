import { DriverError } from '#drivers/core/errors.ts';
import type { GdbRemoteClient, MonitorAnswer } from '#drivers/protocols/gdb-remote/client.ts';
import { MONITOR_MS } from '#drivers/protocols/gdb-remote/constants.ts';

/** What differs from one debug server to the next. Null: it cannot, or no document says how. */
export interface GdbServer {
  name: string;
  /** Finds the part and halts it. Rejects with `no-answer` where there is none. */
  attach(client: GdbRemoteClient): Promise<void>;
  /** Resets the part and lets it run. */
  start(client: GdbRemoteClient): Promise<void>;
  /** Lets the part run on from where it is. */
  release(client: GdbRemoteClient): Promise<void>;
  eraseAll: ((client: GdbRemoteClient) => Promise<void>) | null;
  /** Sets read protection level 1. */
  protect: ((client: GdbRemoteClient) => Promise<void>) | null;
  /** Opens a protected part: erases all of it. */
  unprotect: ((client: GdbRemoteClient) => Promise<void>) | null;
}

/**
 * Rejects with `device-error` where the server says that the command failed, and where it does not say what it must
 * (`expected`); what it printed is in the context.
 */
export async function command(
  client: GdbRemoteClient,
  line: string,
  { good = ['ok', 'text'], expected }: { good?: readonly MonitorAnswer['end'][]; expected?: RegExp } = {},
): Promise<void> {
  const { text, end } = await client.monitor(line);
  if (good.includes(end) && expected?.test(text) !== false) return;
  throw new DriverError('device-error', 'A command of the debug server failed.', {
    context: { command: line, text: text.slice(0, 200) },
  });
}

export const detach = (client: GdbRemoteClient): Promise<void> => client.order('D');

export async function expectStopped(client: GdbRemoteClient, packet: string): Promise<void> {
  const answer = await client.askStop(packet, MONITOR_MS);
  if (/^[TS]/.test(answer)) return;
  throw noPart(answer);
}

export const noPart = (answer: string): DriverError =>
  new DriverError('no-answer', 'The debug server finds no part.', {
    chip: 'untouched',
    context: { answer: answer.slice(0, 200) },
  });
