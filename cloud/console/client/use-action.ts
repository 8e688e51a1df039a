import { useCallback, useState } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import { viewOf } from './problem.ts';

export interface Action {
  /** Runs it; a failure is kept as `error`. Returns at once, so that it fits an event handler. */
  run: (work: () => Promise<unknown>) => void;
  busy: boolean;
  error: ErrorView | null;
  clear: () => void;
}

/** One thing a person asked for: busy while it is under way, and what to show when it fails. */
export function useAction(): Action {
  const [state, setState] = useState<{ busy: boolean; error: ErrorView | null }>({
    busy: false,
    error: null,
  });
  const run = useCallback((work: () => Promise<unknown>) => {
    setState({ busy: true, error: null });
    work().then(
      () => setState({ busy: false, error: null }),
      (cause: unknown) => setState({ busy: false, error: viewOf(cause) }),
    );
  }, []);
  const clear = useCallback(() => setState({ busy: false, error: null }), []);
  return { run, ...state, clear };
}
