import type { Bridge, Reply } from '#client/bridge.ts';
import { answers } from './fixture-answers.ts';

/** A station that says always the same: only for the gallery, never part of a build. */
export function fixtureBridge(state: string, role: string): Bridge {
  const table = answers(state, role);
  const answer = (channel: string, request: unknown): Promise<Reply> => {
    if (state === 'loading' && channel !== 'station.get' && !channel.startsWith('session')) {
      return new Promise(() => undefined);
    }
    const known = table[channel];
    if (known === undefined) {
      const error = {
        code: 'unknown-channel',
        what: `No fixture for ${channel}.`,
        chip: null,
        next: 'Add one.',
        retry: false,
      };
      return Promise.resolve({ ok: false, error });
    }
    return Promise.resolve({ ok: true, value: known(request) });
  };
  return {
    call: answer,
    subscribe: () => () => undefined,
    watch: (listener) => {
      listener('open');
      if (state === 'lost') setTimeout(() => listener('lost'), 300);
      return () => undefined;
    },
    reconnect: () => undefined,
  };
}
