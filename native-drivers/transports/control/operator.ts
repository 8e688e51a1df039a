import type { ControlLines } from '#drivers/core/link.ts';

/**
 * A fixture without control lines: a person sets the mode and pulls reset. Each request is announced through `ask`,
 * which resolves when the person says that it is done; without one the lines are taken to be set already.
 */
export function operatorLines(
  ask: (request: 'mode-boot' | 'mode-run' | 'reset') => Promise<void> = () => Promise.resolve(),
): ControlLines {
  return {
    setMode: (mode) => ask(mode === 'boot' ? 'mode-boot' : 'mode-run'),
    reset: () => ask('reset'),
    presence: () => Promise.resolve(null),
    onPresence: () => () => undefined,
    close: () => Promise.resolve(),
  };
}
