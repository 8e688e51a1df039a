import { useCallback, useEffect, useState } from 'react';
import type { Answer, OperationName } from '#cloud/contract/api.ts';
import type { ErrorView } from '#contract/errors.ts';
import { call, type Request } from './client.ts';
import { useLine } from './line.ts';
import { LOST, viewOf } from './problem.ts';

interface Asked<T> {
  key: string;
  text: string;
  data: T | null;
  error: ErrorView | null;
}

export interface Query<T> {
  data: T | null;
  error: ErrorView | null;
  loading: boolean;
  reload: () => void;
}

function failed<T>(old: Asked<T> | null, key: string, cause: unknown): Asked<T> {
  const error = viewOf(cause);
  // The banner says that the line is lost; what was shown stays, for it is the last that is known.
  if (error.code === LOST && old?.data) return { ...old, key };
  return { key, text: '', data: null, error };
}

/**
 * Asks once, again when the request changes or the line is back, and with `every` (ms) again while the window is
 * visible. Null = do not ask. Old data stays until new is there; an answer that says the same draws nothing.
 */
export function useQuery<O extends OperationName>(
  name: O,
  request: Request<O> | null,
  every?: number,
): Query<Answer<O>> {
  const epoch = useLine((s) => s.epoch);
  const [round, setRound] = useState(0);
  const [asked, setAsked] = useState<Asked<Answer<O>> | null>(null);
  const body = request === null ? null : JSON.stringify(request);
  const key = `${name} ${body ?? ''} ${epoch} ${round}`;
  useEffect(() => {
    if (body === null) return;
    let stale = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      if (!stale && every !== undefined) timer = setTimeout(ask, every);
    };
    const ask = () => {
      if (document.hidden) return;
      call(name, JSON.parse(body) as Request<O>)
        .then(
          (data) => {
            const text = JSON.stringify(data);
            if (!stale)
              setAsked((old) =>
                old?.key === key && old.text === text ? old : { key, text, data, error: null },
              );
          },
          (cause: unknown) => {
            if (!stale) setAsked((old) => failed(old, key, cause));
          },
        )
        .finally(next);
    };
    const seen = () => {
      clearTimeout(timer);
      ask();
    };
    ask();
    document.addEventListener('visibilitychange', seen);
    return () => {
      stale = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [name, body, key, every]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return {
    data: asked?.data ?? null,
    error: asked?.error ?? null,
    loading: body !== null && asked?.key !== key,
    reload,
  };
}
