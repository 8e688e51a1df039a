import { useEffect } from 'react';
import type { BatchView } from '#contract/batches.ts';
import type { ErrorView } from '#contract/errors.ts';
import { putBatch, useBatches } from './state/batch.ts';
import { useQuery } from './use-query.ts';

/** A batch by id: as told by events, else asked for. */
export function useBatchById(id: string): {
  batch: BatchView | null;
  error: ErrorView | null;
  reload: () => void;
} {
  const told = useBatches((s) => s.byId.get(id) ?? null);
  const known = useBatches((s) => s.known);
  const asked = useQuery('batches.get', known && told === null ? { batchId: id } : null);
  useEffect(() => {
    if (asked.data) putBatch(asked.data);
  }, [asked.data]);
  return { batch: told ?? asked.data, error: told ? null : asked.error, reload: asked.reload };
}
