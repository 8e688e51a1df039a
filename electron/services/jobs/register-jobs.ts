import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { Store } from '#store/api.ts';
import { loadJobs, type LoadedJob } from './load-job.ts';

/** Loads every job below `folder` and writes it into the store with its allowance; one that is there stays as it is. */
export async function registerJobs(
  store: Pick<Store, 'jobs'>,
  folder: string,
  tools: JobTools,
): Promise<ReadonlyMap<string, LoadedJob>> {
  const jobs = await loadJobs(folder, tools);
  for (const { recipe, canonical, sha256 } of jobs.values()) {
    const { id, name, revision, allowance } = recipe;
    const row = { id, name, revision, sha256, recipe: canonical, allowanceTotal: allowance };
    await store.jobs.put(row, 'station');
  }
  return jobs;
}
