import { useCallback, useEffect, useRef, useState } from 'react';
import type { Answer, OperationName } from '#cloud/contract/api.ts';
import type { ErrorView } from '#contract/errors.ts';
import { call, type Request } from './client.ts';
import { useLine } from './line.ts';
import { LOST, viewOf } from './problem.ts';

/** Operations that answer a page of rows. */
export type Paged = {
  [O in OperationName]: Answer<O> extends { rows: unknown[]; cursor: string | null } ? O : never;
}[OperationName];
export type RowOf<O extends Paged> = Answer<O>['rows'][number];

export interface Pages<T> {
  rows: readonly T[];
  cursor: string | null;
  error: ErrorView | null;
  loading: boolean;
  more: () => void;
  reload: () => void;
}
interface Held<T> {
  key: string;
  rows: readonly T[];
  cursor: string | null;
  error: ErrorView | null;
}

const LIMIT = 100;
/** Milliseconds between looks at a list that nobody has scrolled on. */
const REFRESH = 5000;

interface Asked {
  query?: Record<string, unknown>;
}

function withPage(request: Asked, after: string | null): Asked {
  return { ...request, query: { ...request.query, limit: LIMIT, ...(after === null ? {} : { after }) } };
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

interface Page<T> {
  rows: readonly T[];
  cursor: string | null;
}

async function fetchPage<O extends Paged>(
  name: O,
  body: string,
  after: string | null,
): Promise<Page<RowOf<O>>> {
  const request = withPage(JSON.parse(body) as Asked, after) as Request<O>;
  return await call(name, request);
}

function withRows<T>(old: Held<T>, page: Page<T> & { key: string; after: string | null }): Held<T> {
  const { key, after, cursor } = page;
  const rows = after === null ? page.rows : [...old.rows, ...page.rows];
  const still = old.key === key && old.error === null && old.cursor === cursor;
  return still && same(old.rows, rows) ? old : { key, rows, cursor, error: null };
}

/** With rows on screen a lost line is the banner's to tell. */
function withError<T>(old: Held<T>, key: string, error: ErrorView): Held<T> {
  return { ...old, key, error: error.code === LOST && old.rows.length > 0 ? null : error };
}

/**
 * Rows of a list, a page at a time by keyset: the first at once, the next when the list nears its end. While only the
 * first page is held it is looked at again now and then; rows that say the same draw nothing.
 */
export function usePages<O extends Paged>(name: O, request: Request<O>): Pages<RowOf<O>> {
  const epoch = useLine((s) => s.epoch);
  const [round, setRound] = useState(0);
  const [held, setHeld] = useState<Held<RowOf<O>>>({ key: '', rows: [], cursor: null, error: null });
  const fetching = useRef<string | null>(null);
  const body = JSON.stringify(request);
  const key = `${name} ${body} ${epoch} ${round}`;
  const load = useCallback(
    (after: string | null) => {
      const token = `${key} ${after ?? ''}`;
      if (fetching.current === token) return;
      fetching.current = token;
      const isMine = (): boolean => fetching.current === token;
      fetchPage<O>(name, body, after)
        .then(
          (page) => {
            if (isMine()) setHeld((old) => withRows(old, { key, after, ...page }));
          },
          (cause: unknown) => {
            if (isMine()) setHeld((old) => withError(old, key, viewOf(cause)));
          },
        )
        .finally(() => {
          if (isMine()) fetching.current = null;
        });
    },
    [key, name, body],
  );
  useEffect(() => {
    load(null);
  }, [load]);
  const onFirst = held.rows.length <= LIMIT;
  useEffect(() => {
    if (!onFirst) return;
    const timer = setInterval(() => {
      if (!document.hidden && fetching.current === null) load(null);
    }, REFRESH);
    return () => clearInterval(timer);
  }, [load, onFirst]);
  const { cursor } = held;
  const more = useCallback(() => {
    if (cursor !== null) load(cursor);
  }, [cursor, load]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { rows: held.rows, cursor, error: held.error, loading: held.key !== key, more, reload };
}
