import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchRow, RunRow, Store } from './api.ts';

/** A fresh data folder for a test or a benchmark. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rootline-store-'));
}

/** A job with an allowance and its open batch. */
export async function openBatch(store: Store, allowanceTotal = 10, jobId = 'JOB-1'): Promise<BatchRow> {
  const job = { id: jobId, name: 'Job', revision: 1, sha256: 'ab'.repeat(32), recipe: '{}' };
  await store.jobs.put({ ...job, allowanceTotal }, '207');
  const batch = { jobId, traveller: 'T-1', lot: 'LOT-1', quantity: 10, openedBy: '114' };
  return store.batches.open({ id: randomUUID(), ...batch });
}

/** A run of the batch; with a chip UID, identified. */
export async function beginRun(
  store: Store,
  batch: BatchRow,
  chipUid?: string,
  site = 'A1',
): Promise<RunRow> {
  const { id: batchId, jobId } = batch;
  const run = await store.runs.begin({ id: randomUUID(), batchId, jobId, site, operator: '114' });
  return chipUid === undefined ? run : store.runs.identified(run.id, chipUid);
}
