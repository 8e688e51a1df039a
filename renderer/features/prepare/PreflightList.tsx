import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { PreflightCheck } from '#contract/batches.ts';
import type { Query } from '#client/use-query.ts';
import type { Preflight } from '#client/views.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { Step } from './Step.tsx';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')({
  display: 'flex',
  gap: 12,
  padding: '3px 0',
  '& svg': { flex: 'none', marginTop: 1 },
});
const LOOK: Record<PreflightCheck['state'], { shape: Shape; tone: Tone; word: string }> = {
  ok: { shape: 'circle', tone: 'pass', word: 'fine' },
  warning: { shape: 'warning', tone: 'unknown', word: 'warning' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
};

/** Everything that must be in order before the first part, each with what to do where it is not. */
export function PreflightList({ query, ready }: { query: Query<Preflight>; ready: boolean }) {
  const { data, error, loading, reload } = query;
  return (
    <Step number={5} title="Pre-flight" done={ready && !loading && data?.ok === true}>
      {ready ? null : <Dim>Runs by itself once traveller, job and quantity are there.</Dim>}
      {ready && error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {ready && loading && !data ? <Loading what="Checking the station" /> : null}
      {ready && data ? (
        <List>
          {data.checks.map((check) => {
            const look = LOOK[check.state];
            return (
              <Item key={check.id} data-state={check.state}>
                <OutcomeIcon shape={look.shape} tone={look.tone} size={22} />
                <div>
                  <b>{check.title}</b> <Spoken>{look.word}</Spoken>
                  <Dim>{check.detail}</Dim>
                  {check.next === null ? null : <div>{check.next}</div>}
                </div>
              </Item>
            );
          })}
        </List>
      ) : null}
      {ready && data && !data.ok ? (
        <Button disabled={loading} onClick={reload} sx={{ mt: 2 }}>
          Check again
        </Button>
      ) : null}
    </Step>
  );
}
