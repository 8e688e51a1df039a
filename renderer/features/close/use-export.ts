import { useState } from 'react';
import type { BatchView } from '#contract/batches.ts';
import type { Response } from '#contract/contract.ts';
import { call } from '#client/client.ts';
import { useAction, type Action } from '#client/use-action.ts';

export interface BatchExport {
  action: Action;
  result: Response<'batches.export'> | null;
  /** Where the last export went, of now or before. */
  folder: string | null;
  start: () => void;
}

/** Writes a batch's signed records into a folder; may be repeated. */
export function useExport(id: string, batch: BatchView | null): BatchExport {
  const action = useAction();
  const [result, setResult] = useState<BatchExport['result']>(null);
  const start = () => action.run(async () => setResult(await call('batches.export', { batchId: id })));
  return { action, result, folder: result?.folder ?? batch?.exportFolder ?? null, start };
}
