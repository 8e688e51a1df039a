import { useCallback, useState } from 'react';
import type { Response } from '#contract/contract.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { useQuery } from '#client/use-query.ts';

type Page = Response<'onboarding.dead'>;
const PAGE = 50;

/** Dead letters page by page; the first page again after a retry. */
export function useDeadPages(id: string) {
  const first = useQuery('onboarding.dead', { id, after: null, limit: PAGE });
  const [more, setMore] = useState<{ of: Page; pages: Page[] } | null>(null);
  const loading = useAction();
  const { data } = first;
  const pages = data === null ? [] : [data, ...(more?.of === data ? more.pages : [])];
  const cursor = pages.at(-1)?.cursor ?? null;
  const { run } = loading;
  const next = useCallback(() => {
    if (data === null || cursor === null) return;
    run(async () => {
      const page = await call('onboarding.dead', { id, after: cursor, limit: PAGE });
      setMore((old) => ({ of: data, pages: [...(old?.of === data ? old.pages : []), page] }));
    });
  }, [data, cursor, id, run]);
  return { first, rows: pages.flatMap(({ rows }) => rows), hasMore: cursor !== null, next, loading };
}
