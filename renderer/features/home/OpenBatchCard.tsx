import { styled } from '@mui/material/styles';
import { Link } from 'wouter';
import type { BatchView } from '#contract/batches.ts';
import { clockTime, count, percent } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';

const Card = styled(Link)(({ theme }) => ({
  display: 'block',
  padding: 20,
  borderRadius: 14,
  color: 'inherit',
  textDecoration: 'none',
  background: theme.tokens.panel,
  border: `2px solid ${theme.tokens.tone.run.main}`,
}));
const Name = styled('div')({ fontSize: 19, fontWeight: 700 });
const Facts = styled('div')({
  display: 'flex',
  gap: 28,
  margin: '14px 0 12px',
  '& b': { display: 'block', fontSize: 22 },
});

/** The batch that is open on this station, and how far it is. */
export function OpenBatchCard({ batch }: { batch: BatchView }) {
  const { counts } = batch;
  return (
    <Card href={`/batch/${batch.id}`}>
      <Caption as="h2">{batch.state === 'paused' ? 'Open batch, paused' : 'Open batch'}</Caption>
      <Name>
        {batch.job.name} · lot {batch.lot}
      </Name>
      <Dim>
        Job {batch.job.id} rev {batch.job.revision} · opened {clockTime(batch.openedAt)} by {batch.openedBy}
      </Dim>
      <Facts>
        <span>
          <b>
            {count(counts.made)} / {count(batch.quantity)}
          </b>
          <Dim>made of ordered</Dim>
        </span>
        <span>
          <b>{percent(batch.yield)}</b>
          <Dim>yield</Dim>
        </span>
        <span>
          <b>{count(counts.unknown)}</b>
          <Dim>to be read back</Dim>
        </span>
        <span>
          <b>{clockTime(batch.readyAt)}</b>
          <Dim>ready at</Dim>
        </span>
      </Facts>
      <Bar value={counts.made / batch.quantity} label="Made of ordered" tone="pass" />
    </Card>
  );
}
