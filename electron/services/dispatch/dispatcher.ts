import { randomUUID } from 'node:crypto';
import type { Access } from '#contract/channel.ts';
import { contract, MAX_MESSAGE_BYTES, type ChannelName, type Handlers } from '#contract/contract.ts';
import { AppError, type ErrorView } from '#contract/errors.ts';
import type { Session } from '#contract/session.ts';
import { badMessage, internal, notAllowed, notSignedIn, tooLarge, unknownChannel } from './refusals.ts';

export type Reply = { ok: true; value: unknown } | { ok: false; error: ErrorView };

/** One call as a carrier delivers it, after it has checked the sender. */
export interface Call {
  channel: unknown;
  request: unknown;
  /** Size on the carrier, bytes. */
  bytes: number;
  connection: string;
}

export interface DispatcherParts {
  handlers: Handlers;
  sessionOf(connection: string): Session | null;
  /** Called with a defect of ours; what the caller sees is only the reference. */
  onDefect(reference: string, channel: string, error: unknown): void;
}

/**
 * The one gate between a screen and the services: size, channel, session, role, schema in, schema out. Both carriers
 * use it, so neither can be laxer than the other. Never rejects.
 */
export function createDispatcher(parts: DispatcherParts): (call: Call) => Promise<Reply> {
  return async (call) => {
    try {
      return { ok: true, value: await dispatch(parts, call) };
    } catch (error) {
      if (error instanceof AppError) return { ok: false, error: error.view };
      const reference = randomUUID().slice(0, 8);
      parts.onDefect(reference, String(call.channel).slice(0, 64), error);
      return { ok: false, error: internal(reference) };
    }
  };
}

async function dispatch(parts: DispatcherParts, call: Call): Promise<unknown> {
  if (call.bytes > MAX_MESSAGE_BYTES) throw tooLarge(call.bytes);
  const channel = channelName(call.channel);
  const session = parts.sessionOf(call.connection);
  authorize(contract[channel].access, session);
  const request = contract[channel].request.safeParse(call.request);
  if (!request.success) throw badMessage(channel, request.error);
  // The table guarantees that request and handler belong together; TypeScript cannot follow a union of keys.
  const handler = parts.handlers[channel] as (request: unknown, context: unknown) => Promise<unknown>;
  const value = await handler(request.data, { connection: call.connection, session });
  return contract[channel].response.parse(value);
}

function channelName(channel: unknown): ChannelName {
  if (typeof channel !== 'string' || !Object.hasOwn(contract, channel)) throw unknownChannel();
  return channel as ChannelName;
}

function authorize(access: Access, session: Session | null): void {
  if (access === 'anyone') return;
  if (session === null) throw notSignedIn();
  if (access !== 'signed-in' && !access.includes(session.person.role)) throw notAllowed(session.person.role);
}
