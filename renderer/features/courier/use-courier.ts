import { useState } from 'react';
import type { Response } from '#contract/contract.ts';
import { call } from '#client/client.ts';
import { useEvery } from '#client/use-paced.ts';
import { useAction } from '#client/use-action.ts';
import { useQuery } from '#client/use-query.ts';

/** What the person asked for last, and what came of it. */
export type CourierResult =
  ({ kind: 'written' } & Response<'courier.write'>) | ({ kind: 'read' } & Response<'courier.read'>) | null;
export type CourierWork = 'write' | 'read' | null;

/** While a stick is written its list is the only news of how far it is. */
const WATCH_EVERY_MS = 700;

/** Writing to and reading from a stick, one at a time. */
export function useCourier() {
  const list = useQuery('courier.list', {});
  const action = useAction();
  const cancelling = useAction();
  const [work, setWork] = useState<CourierWork>(null);
  const [result, setResult] = useState<CourierResult>(null);
  const busy = action.busy ? work : null;
  useEvery(WATCH_EVERY_MS, () => {
    if (action.busy) list.reload();
  });
  const start = (next: CourierWork, ask: () => Promise<CourierResult>) => {
    setWork(next);
    setResult(null);
    action.run(async () => {
      try {
        setResult(await ask());
      } finally {
        list.reload();
      }
    });
  };
  return {
    list,
    busy,
    result,
    error: action.error ?? cancelling.error,
    cancelling: cancelling.busy,
    write: (folder: string, goOn: boolean) =>
      start('write', async () => ({ kind: 'written', ...(await call('courier.write', { folder, goOn })) })),
    read: (folder: string) =>
      start('read', async () => ({ kind: 'read', ...(await call('courier.read', { folder })) })),
    cancel: () =>
      cancelling.run(async () => {
        await call('courier.cancel', {});
        list.reload();
      }),
  };
}
export type CourierActs = ReturnType<typeof useCourier>;
