import { useCallback, useEffect, useState } from 'react';
import type { ChannelName, Request, Response } from '#contract/contract.ts';
import type { ErrorView } from '#contract/errors.ts';
import { call, viewOf } from './client.ts';
import { useLine } from './state/line.ts';

interface Answer<T> {
  key: string;
  data: T | null;
  error: ErrorView | null;
}

export interface Query<T> {
  data: T | null;
  error: ErrorView | null;
  loading: boolean;
  reload: () => void;
}

/** Asks once, and again after each reconnect or when the request changes. Null = do not ask yet. Old data stays until new is there. */
export function useQuery<C extends ChannelName>(channel: C, request: Request<C> | null): Query<Response<C>> {
  const epoch = useLine((s) => s.epoch);
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Answer<Response<C>> | null>(null);
  const body = request === null ? null : JSON.stringify(request);
  const key = `${channel} ${body ?? ''} ${epoch} ${round}`;
  useEffect(() => {
    if (body === null) return;
    let stale = false;
    call(channel, JSON.parse(body) as Request<C>).then(
      (data) => {
        if (!stale) setAnswer({ key, data, error: null });
      },
      (error: unknown) => {
        if (!stale) setAnswer({ key, data: null, error: viewOf(error) });
      },
    );
    return () => {
      stale = true;
    };
  }, [channel, body, key]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return {
    data: answer?.data ?? null,
    error: answer?.error ?? null,
    loading: body !== null && answer?.key !== key,
    reload,
  };
}
