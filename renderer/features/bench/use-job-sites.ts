import type { JobView } from '#contract/jobs.ts';
import { useBench } from './use-bench.ts';

/** What the bench knows of a job's chip. Null until it has answered: nothing is said of it then. */
export interface JobSites {
  /** The chip as people call it. */
  chipOf: (job: JobView) => string;
  /** Sites that are set up for the chip; the pre-flight looks at them more closely. */
  count: (job: JobView) => number;
}

/** Which sites there are for a job, before anybody prepares a batch of it. */
export function useJobSites(): JobSites | null {
  const { data } = useBench();
  if (data === null) return null;
  return {
    chipOf: (job) => data.targets.find(({ id }) => id === job.target)?.title ?? job.targetTitle,
    count: (job) => data.sites.filter(({ target, port }) => target === job.target && port !== '').length,
  };
}
