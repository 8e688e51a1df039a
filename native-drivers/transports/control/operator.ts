import type { PromptRequest } from '#drivers/core/host-api.ts';
import type { ControlLines } from '#drivers/core/link.ts';

/** Announces a request; resolves when a person says that it is done, rejects when nobody waits for it any more. */
export type Ask = (request: PromptRequest) => Promise<void>;

/** A fixture without control lines: a person sets the mode and pulls reset; without `ask` they are taken to be set already. */
export function operatorLines(ask: Ask = () => Promise.resolve()): ControlLines {
  return {
    setMode: (mode) => ask(mode === 'boot' ? 'mode-boot' : 'mode-run'),
    reset: () => ask('reset'),
    presence: () => Promise.resolve(null),
    onPresence: () => () => undefined,
    close: () => Promise.resolve(),
  };
}
