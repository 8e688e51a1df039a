import { useCallback, useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import type { ErrorView } from '#contract/errors.ts';
import type { unitFilter, UnitRow } from '#contract/units.ts';
import { call, viewOf } from '#client/client.ts';
import { useLine } from '#client/state/line.ts';

export type UnitFilter = z.infer<typeof unitFilter>;

interface Pages {
  key: string;
  rows: readonly UnitRow[];
  cursor: string | null;
  total: number | null;
  error: ErrorView | null;
}

const PAGE = 100;
const NONE: Pages = { key: '', rows: [], cursor: null, total: null, error: null };

/** Rows of a search, a page at a time: the first at once, the next when the list nears its end. */
export function useUnitPages(filter: UnitFilter) {
  const epoch = useLine((s) => s.epoch);
  const [round, setRound] = useState(0);
  const [pages, setPages] = useState<Pages>(NONE);
  const fetching = useRef<string | null>(null);
  const { text, outcome, batchId } = filter;
  const key = JSON.stringify([text, outcome, batchId, epoch, round]);
  const load = useCallback(
    async (after: string | null) => {
      const token = `${key} ${after ?? ''}`;
      if (fetching.current === token) return;
      fetching.current = token;
      try {
        const page = await call('units.search', { filter: { text, outcome, batchId }, after, limit: PAGE });
        if (fetching.current !== token) return;
        setPages((old) => ({
          key,
          rows: after === null ? page.rows : [...old.rows, ...page.rows],
          cursor: page.cursor,
          total: page.total ?? (after === null ? null : old.total),
          error: null,
        }));
      } catch (error) {
        if (fetching.current === token) setPages((old) => ({ ...old, key, error: viewOf(error) }));
      } finally {
        if (fetching.current === token) fetching.current = null;
      }
    },
    [key, text, outcome, batchId],
  );
  useEffect(() => {
    void load(null);
  }, [load]);
  const { cursor } = pages;
  const more = useCallback(() => {
    if (cursor !== null) void load(cursor);
  }, [cursor, load]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...pages, loading: pages.key !== key, more, reload };
}
