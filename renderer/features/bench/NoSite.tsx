import { styled } from '@mui/material/styles';
import type { JobView } from '#contract/jobs.ts';
import type { JobSites } from './use-job-sites.ts';

const Line = styled('span')(({ theme }) => ({
  display: 'block',
  fontSize: 13.5,
  fontWeight: 650,
  color: theme.tokens.tone.unknown.main,
}));

/** Said at a job that no site of this bench can make: better here than at the end of preparing it. */
export function NoSite({ job, sites }: { job: JobView; sites: JobSites | null }) {
  if (sites === null || sites.count(job) > 0) return null;
  return <Line>No site of this bench is set up for it: ask an engineer</Line>;
}
