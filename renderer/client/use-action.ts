import { useCallback, useState } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import { viewOf } from './client.ts';

export interface Action {
  /** Runs it; a failure is kept as `error`. Returns at once, so that it fits an event handler. */
  run: (work: () => Promise<unknown>) => void;
  busy: boolean;
  error: ErrorView | null;
  clear: () => void;
}

/** One thing a person asked for: busy while it is under way, and what to show when it fails. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView | null>(null);
  const run = useCallback((work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    work().then(
      () => setBusy(false),
      (cause: unknown) => {
        setBusy(false);
        setError(viewOf(cause));
      },
    );
  }, []);
  const clear = useCallback(() => setError(null), []);
  return { run, busy, error, clear };
}
