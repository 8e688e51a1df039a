import { useEffect, useRef } from 'react';
import { useBenchChange } from '#client/state/bench.ts';
import { useQuery } from '#client/use-query.ts';

/** The bench, asked for anew whenever the station says that it changed: plugging needs no hand on a screen. */
export function useBench() {
  const query = useQuery('bench.get', {});
  const change = useBenchChange((state) => state.change);
  const seen = useRef(change);
  const { reload } = query;
  useEffect(() => {
    if (seen.current === change) return;
    seen.current = change;
    reload();
  }, [change, reload]);
  return query;
}
