import { contract, type ChannelName, type Request, type Response } from '#contract/contract.ts';
import type { ErrorView } from '#contract/errors.ts';
import { connectionLost, type Bridge } from './bridge.ts';
import { preloadBridge } from './preload-bridge.ts';
import { SocketBridge } from './socket-bridge.ts';

/** A refused or failed call, with what the screen shows of it. */
export class CallError extends Error {
  readonly view: ErrorView;
  constructor(view: ErrorView, cause?: unknown) {
    super(view.what, cause === undefined ? {} : { cause });
    this.name = 'CallError';
    this.view = view;
  }
}

let bridge: Bridge | undefined;

/** Electron's preload where there is one, else the web host that served this page. */
export function connectBridge(): Bridge {
  if (window.rootline) return preloadBridge(window.rootline);
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return new SocketBridge(`${scheme}://${window.location.host}/ws`);
}

/** Sets the bridge that every call goes through: once, at the start. */
export function attachBridge(chosen: Bridge): void {
  bridge = chosen;
}

/** Skips the back-off. */
export const reconnect = (): void => bridge?.reconnect();

/** One typed call. Throws a CallError, also for an answer that is not what the contract says. */
export async function call<C extends ChannelName>(channel: C, request: Request<C>): Promise<Response<C>> {
  const reply = bridge ? await bridge.call(channel, request) : { ok: false as const, error: connectionLost };
  if (!reply.ok) throw new CallError(reply.error);
  const parsed = contract[channel].response.safeParse(reply.value);
  if (parsed.success) return parsed.data as Response<C>;
  throw new CallError(badAnswer(channel), parsed.error);
}

function badAnswer(channel: string): ErrorView {
  return {
    code: 'bad-message',
    what: `The station's answer to ${channel} is not what this screen understands.`,
    chip: null,
    next: 'Reload the window. If it comes back, screen and station are of different versions.',
    retry: true,
  };
}

/** What a screen shows of anything thrown. */
export function viewOf(error: unknown): ErrorView {
  if (error instanceof CallError) return error.view;
  return {
    code: 'internal',
    what: error instanceof Error ? error.message : 'Something went wrong in this window.',
    chip: null,
    next: 'Reload the window. Runs go on in the station.',
    retry: true,
  };
}
