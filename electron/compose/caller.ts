import { AppError } from '#contract/errors.ts';
import type { ChannelName, Request, Response } from '#contract/contract.ts';
import type { RunningStation } from './running-station.ts';

/** Typed calls through the same gate that screens use: for the demo and the tests. */
export type Caller = <C extends ChannelName>(channel: C, request: Request<C>) => Promise<Response<C>>;

/** Rejects with AppError where the gate or a service refuses. */
export function callerOf(station: RunningStation, connection: string): Caller {
  return async (channel, request) => {
    const bytes = Buffer.byteLength(JSON.stringify(request));
    const reply = await station.dispatch({ channel, request, bytes, connection });
    if (!reply.ok) throw new AppError(reply.error);
    // The gate has checked the value against this channel's own schema.
    return reply.value as never;
  };
}
