import type { ErrorView } from '#contract/errors.ts';

/** What a carrier answers to one call. */
export type Reply = { ok: true; value: unknown } | { ok: false; error: ErrorView };
/** `disowned`: the station answers and does not know this window, so waiting does not help: a fresh link does. */
export type LineState = 'connecting' | 'open' | 'lost' | 'disowned';

/** One way to the station, whichever carrier is below: Electron's preload or the loopback WebSocket. */
export interface Bridge {
  call: (channel: string, request: unknown) => Promise<Reply>;
  subscribe: (listener: (topic: string, payload: unknown) => void) => () => void;
  /** Tells the state of the line at once and after each change. */
  watch: (listener: (line: LineState) => void) => () => void;
  /** Does not wait for the back-off. */
  reconnect: () => void;
}

/** What the preload exposes in Electron. */
export type PreloadBridge = Pick<Bridge, 'call' | 'subscribe'>;

declare global {
  interface Window {
    rootline?: PreloadBridge;
  }
}

export const connectionLost: ErrorView = {
  code: 'connection-lost',
  what: 'The station does not answer.',
  chip: 'Runs go on in the station; the screen catches up once it answers.',
  next: 'Wait for the connection, then try again.',
  retry: true,
};
