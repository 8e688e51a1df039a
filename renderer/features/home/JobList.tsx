import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import type { JobView } from '#contract/jobs.ts';
import { useIsFloor } from '#client/state/session.ts';
import { useQuery } from '#client/use-query.ts';
import { count } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Caption, Dim, Mono } from '#ui/pieces/text.tsx';
import { chipAndRoot, makeableFirst } from '../bench/job-words.ts';
import { NoSite } from '../bench/NoSite.tsx';
import { useJobSites, type JobSites } from '../bench/use-job-sites.ts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 230px auto',
  gap: 24,
  alignItems: 'center',
  padding: '14px 0',
  borderTop: `1px solid ${theme.tokens.line}`,
}));
const Name = styled('div')({ fontSize: 16, fontWeight: 650 });

interface JobProps {
  job: JobView;
  sites: JobSites | null;
  canStart: boolean;
}

function Job({ job, sites, canStart }: JobProps) {
  const [, go] = useLocation();
  const { left, total } = job.allowance;
  return (
    <Item>
      <div>
        <Name>{job.name}</Name>
        <Dim>
          {job.id} rev {job.revision} · {chipAndRoot(job, sites?.chipOf(job))} ·{' '}
          <Mono style={{ whiteSpace: 'nowrap' }}>{job.checksum}</Mono>
        </Dim>
        <NoSite job={job} sites={sites} />
        {job.demoTraveller === undefined ? null : (
          <div>
            <Dim>
              Demo traveller <Mono>{job.demoTraveller}</Mono>
            </Dim>
          </div>
        )}
      </div>
      <div>
        <Dim>
          {count(left)} of {count(total)} left to make
        </Dim>
        <Bar
          value={total === 0 ? 0 : left / total}
          label={`Allowance left of ${job.name}`}
          tone={left === 0 ? 'fail' : 'run'}
        />
      </div>
      {canStart ? (
        <Button disabled={left === 0} onClick={() => go(`/batch/prepare/job/${encodeURIComponent(job.id)}`)}>
          Prepare
        </Button>
      ) : null}
    </Item>
  );
}

/** The jobs of this station with what is left to make of each. */
export function JobList({ openBatch }: { openBatch: boolean }) {
  const { data, error, reload } = useQuery('jobs.list', {});
  const floor = useIsFloor();
  const sites = useJobSites();
  return (
    <Panel aria-label="Jobs">
      <Caption>Jobs on this station</Caption>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {!data && !error ? <Loading what="Loading jobs" /> : null}
      {data?.jobs.length === 0 ? (
        <Empty title="No job yet">An engineer brings jobs to the station.</Empty>
      ) : null}
      <List>
        {makeableFirst(data?.jobs ?? [], sites).map((job) => (
          <Job key={job.id} job={job} sites={sites} canStart={floor && !openBatch} />
        ))}
      </List>
    </Panel>
  );
}
