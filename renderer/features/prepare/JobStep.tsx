import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { styled } from '@mui/material/styles';
import type { Response } from '#contract/contract.ts';
import type { Query } from '#client/use-query.ts';
import { count } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { chipAndRoot, makeableFirst } from '../bench/job-words.ts';
import { NoSite } from '../bench/NoSite.tsx';
import { useJobSites } from '../bench/use-job-sites.ts';
import { Step } from './Step.tsx';

const Choice = styled('label')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  minHeight: 60,
  padding: '6px 16px 6px 0',
  cursor: 'pointer',
  borderRadius: 10,
  border: `1px solid ${theme.tokens.line}`,
  '&:has(:checked)': {
    borderColor: theme.tokens.tone.run.main,
    boxShadow: `inset 0 0 0 1px ${theme.tokens.tone.run.main}`,
  },
}));
const Words = styled('span')({ flex: 1 });

interface Props {
  query: Query<Response<'jobs.list'>>;
  chosen: string | null;
  onChoose: (jobId: string) => void;
}

/** The job: found by the traveller, or picked. */
export function JobStep({ query, chosen, onChoose }: Props) {
  const { data, error, reload } = query;
  const sites = useJobSites();
  return (
    <Step number={2} title="Pick the job" done={data?.jobs.some((job) => job.id === chosen) ?? false}>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {!data && !error ? <Loading what="Loading jobs" /> : null}
      <RadioGroup aria-label="Job" value={chosen ?? ''} onChange={(_, id) => onChoose(id)} sx={{ gap: 2 }}>
        {makeableFirst(data?.jobs ?? [], sites).map((job) => (
          <Choice key={job.id}>
            <Radio value={job.id} slotProps={{ input: { 'aria-label': job.name } }} />
            <Words>
              <b>{job.name}</b>
              <br />
              <Dim>
                {job.id} rev {job.revision} · {chipAndRoot(job, sites?.chipOf(job))}
              </Dim>
              <NoSite job={job} sites={sites} />
            </Words>
            <Dim>{count(job.allowance.left)} left to make</Dim>
          </Choice>
        ))}
      </RadioGroup>
    </Step>
  );
}
