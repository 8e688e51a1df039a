import { styled } from '@mui/material/styles';
import type { BatchView } from '#contract/batches.ts';
import { count, dateTime, duration, percent } from '#ui/format.ts';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { Pareto } from './Pareto.tsx';

const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1.15fr) minmax(0, 1fr)',
  gap: 18,
});
const Sum = styled('div')({
  display: 'flex',
  alignItems: 'flex-end',
  gap: 14,
  marginBottom: 14,
});
const Term = styled('div')(({ theme }) => ({
  '& b': { display: 'block', fontSize: 30, lineHeight: 1.1, fontWeight: 750 },
  '&[data-tone="pass"] b': { color: theme.tokens.tone.pass.main },
  '&[data-tone="fail"] b': { color: theme.tokens.tone.fail.main },
  '&[data-tone="unknown"] b': { color: theme.tokens.tone.unknown.main },
}));
const Sign = styled('span')(({ theme }) => ({ fontSize: 24, paddingBottom: 21, color: theme.tokens.dim }));
const Facts = styled('dl')({
  display: 'grid',
  gridTemplateColumns: '1fr auto',
  gap: '5px 16px',
  margin: 0,
  fontSize: 14,
  '& dd': { margin: 0, fontWeight: 600, textAlign: 'right' },
});

function Count({
  tone,
  value,
  word,
}: {
  tone?: 'pass' | 'fail' | 'unknown' | undefined;
  value: number;
  word: string;
}) {
  return (
    <Term data-tone={value > 0 ? tone : undefined}>
      <b>{count(value)}</b>
      <Dim>{word}</Dim>
    </Term>
  );
}

/** Made + failed + to be read back = units seen; and what that cost of the allowance. */
export function CloseReport({ batch }: { batch: BatchView }) {
  const { made, failed, unknown, running, attempts, debited } = batch.counts;
  const seen = made + failed + unknown + running;
  return (
    <Grid>
      <Panel aria-label="Counts">
        <Caption>Units</Caption>
        <Sum>
          <Count tone="pass" value={made} word="made" />
          <Sign>+</Sign>
          <Count tone="fail" value={failed} word="failed" />
          <Sign>+</Sign>
          <Count tone="unknown" value={unknown} word="to be read back" />
          {running > 0 ? (
            <>
              <Sign>+</Sign>
              <Count value={running} word="running" />
            </>
          ) : null}
          <Sign>=</Sign>
          <Count value={seen} word="units" />
        </Sum>
        <Facts>
          <dt>Ordered</dt>
          <dd>{count(batch.quantity)} units</dd>
          <dt>Allowance debited</dt>
          <dd>{count(debited)} units</dd>
          {seen > debited ? (
            <>
              <dt>Ended before the debit</dt>
              <dd>{count(seen - debited)}</dd>
            </>
          ) : null}
          <dt>Attempts, with repeats</dt>
          <dd>{count(attempts)}</dd>
          <dt>Opened</dt>
          <dd>
            {dateTime(batch.openedAt)} by {batch.openedBy}
          </dd>
          {batch.closedAt === null ? null : (
            <>
              <dt>Closed</dt>
              <dd>{dateTime(batch.closedAt)}</dd>
            </>
          )}
          <dt>Traveller</dt>
          <dd>{batch.traveller}</dd>
        </Facts>
      </Panel>
      <Panel aria-label="Yield">
        <Caption>Yield</Caption>
        <Sum>
          <Term data-tone="pass">
            <b>{percent(batch.yield)}</b>
            <Dim>of units with a result</Dim>
          </Term>
          <Term>
            <b>{duration(batch.secondsPerUnit)}</b>
            <Dim>per unit</Dim>
          </Term>
        </Sum>
        <Caption>Why units failed</Caption>
        <Pareto rows={batch.pareto} />
      </Panel>
    </Grid>
  );
}
