import type { HandlersOf } from '#contract/contract.ts';
import type { Store } from '#store/api.ts';
import { jobError } from './job-error.ts';
import { jobView } from './job-view.ts';
import type { LoadedJob } from './load-job.ts';

export interface JobDependencies {
  store: Pick<Store, 'jobs'>;
  jobs: ReadonlyMap<string, LoadedJob>;
  demo: boolean;
}

/** Jobs on this station with what is left of their allowance. `job-unknown` where an id names none. */
export function createJobHandlers({
  store,
  jobs,
  demo,
}: JobDependencies): HandlersOf<'jobs.list' | 'jobs.get'> {
  return {
    async 'jobs.list'() {
      const left = new Map((await store.jobs.list()).map((row) => [row.id, row.allowanceLeft]));
      return { jobs: [...jobs.values()].map((job) => jobView(job, left.get(job.recipe.id) ?? 0, demo)) };
    },
    async 'jobs.get'({ jobId }) {
      const job = jobs.get(jobId);
      if (job === undefined)
        throw jobError('job-unknown', `There is no job ${jobId} on this station.`, { jobId });
      const row = await store.jobs.get(jobId);
      return jobView(job, row?.allowanceLeft ?? 0, demo);
    },
  };
}
