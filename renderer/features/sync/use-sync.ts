import { useEffect } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import type { SyncView } from '#contract/sync.ts';
import { putSync, useSyncLine } from '#client/state/sync.ts';
import { useQuery } from '#client/use-query.ts';

/** The line: asked for once, then as told by events. */
export function useSync(): {
  view: SyncView | null;
  peak: number;
  error: ErrorView | null;
  reload: () => void;
} {
  const { view, peak } = useSyncLine();
  const asked = useQuery('sync.get', {});
  useEffect(() => {
    if (asked.data) putSync(asked.data);
  }, [asked.data]);
  return { view, peak, error: view ? null : asked.error, reload: asked.reload };
}
