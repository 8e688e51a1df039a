import { styled } from '@mui/material/styles';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { BatchRow, OverviewView } from '#cloud/contract/views.ts';
import { count, dateTime } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Strong } from '#cloud/console/pieces/Strong.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { batchLook } from '#cloud/console/pieces/words.ts';

const SHOWN = 6;
const Line = styled(Link)(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '92px minmax(0, 1fr) 150px 136px',
  gap: 14,
  alignItems: 'center',
  minHeight: 52,
  margin: '0 -10px',
  padding: '0 10px',
  borderRadius: 8,
  color: theme.tokens.text,
  textDecoration: 'none',
  fontSize: 14,
  '&:hover': { background: theme.tokens.raised },
  '& > span, & > span > span': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
}));

function OneBatch({ batch }: { batch: BatchRow }) {
  const done = `${count(batch.made)} of ${count(batch.quantity)}`;
  return (
    <Line href={`/units/batch/${batch.id}`}>
      <StateWord look={batchLook[batch.state]} size={18} />
      <span>
        <Strong>{batch.jobName}</Strong> <Dim>lot {batch.lot}</Dim>
        <br />
        <Dim>{batch.station}</Dim>
      </span>
      <div>
        <div style={{ textAlign: 'right', marginBottom: 3 }}>
          <b>{done}</b>
        </div>
        <Bar value={batch.made / Math.max(1, batch.quantity)} label={done} tone="pass" />
      </div>
      <Dim sx={{ textAlign: 'right' }}>{dateTime(batch.closedAt ?? batch.openedAt).slice(0, 16)}</Dim>
    </Line>
  );
}

/** The latest batches: asked for again only when the counts have moved, so that the fleet costs one call a look. */
export function RecentBatches({ overview }: { overview: OverviewView }) {
  const { data, reload } = useQuery('batches', { query: { limit: SHOWN } });
  const counts = JSON.stringify([overview.units, overview.batches]);
  const seen = useRef(counts);
  useEffect(() => {
    if (seen.current === counts) return;
    seen.current = counts;
    reload();
  }, [counts, reload]);
  return (
    <Panel aria-label="Recent batches" sx={{ minHeight: 120 }}>
      <Caption>Recent batches</Caption>
      {data?.rows.map((batch) => (
        <OneBatch key={batch.id} batch={batch} />
      ))}
    </Panel>
  );
}
