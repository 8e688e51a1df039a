import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import type { BatchView } from '#contract/batches.ts';
import { clockTime, count, duration, percent } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Caption } from '#ui/pieces/text.tsx';
import { Pareto } from '../close/Pareto.tsx';
import { slowestText } from './slowest-text.ts';

const Side = styled('aside')(({ theme }) => ({
  minHeight: 0,
  overflow: 'auto',
  display: 'flex',
  flexDirection: 'column',
  gap: 22,
  padding: 20,
  background: theme.tokens.panel,
  borderLeft: `1px solid ${theme.tokens.line}`,
}));
const Big = styled('div')({
  fontSize: 42,
  fontWeight: 750,
  lineHeight: 1,
  letterSpacing: -0.5,
  marginBottom: 14,
});
const Ordered = styled('span')(({ theme }) => ({
  fontSize: 20,
  fontWeight: 600,
  letterSpacing: 0,
  color: theme.tokens.dim,
}));
const Line = styled('div')(({ theme }) => ({
  display: 'flex',
  justifyContent: 'space-between',
  fontSize: 14,
  padding: '3px 0',
  '& dt': { margin: 0 },
  '& dd': { margin: 0, fontWeight: 700 },
  '& dd[data-tone="pass"]': { color: theme.tokens.tone.pass.main },
  '& dd[data-tone="unknown"]': { color: theme.tokens.tone.unknown.main },
}));

function Fact({
  name,
  tone,
  children,
}: {
  name: string;
  tone?: 'pass' | 'unknown' | undefined;
  children: ReactNode;
}) {
  return (
    <Line>
      <dt>{name}</dt>
      <dd data-tone={tone}>{children}</dd>
    </Line>
  );
}

/** Below this share a yield is not shown as good. */
const GOOD_YIELD = 0.9;

/** How the batch goes: made of ordered, yield, pace, why units failed, what holds it up. */
export function SidePanel({ batch }: { batch: BatchView }) {
  const { counts } = batch;
  return (
    <Side aria-label="Batch figures" tabIndex={0}>
      <div>
        <Caption>Made / ordered</Caption>
        <Big data-testid="made" className="num">
          {count(counts.made)}
          <Ordered> / {count(batch.quantity)}</Ordered>
        </Big>
        <Bar value={counts.made / batch.quantity} label="Made of ordered" tone="pass" />
      </div>
      <dl style={{ margin: 0 }}>
        <Fact name="Yield" tone={(batch.yield ?? 0) >= GOOD_YIELD ? 'pass' : undefined}>
          {percent(batch.yield)}
        </Fact>
        <Fact name="Failed">{count(counts.failed)}</Fact>
        <Fact name="To be read back" tone={counts.unknown > 0 ? 'unknown' : undefined}>
          {count(counts.unknown)}
        </Fact>
        <Fact name="Units per hour">{batch.unitsPerHour === null ? '–' : count(batch.unitsPerHour)}</Fact>
        <Fact name="Per unit">{duration(batch.secondsPerUnit)}</Fact>
        <Fact name="Ready at">{clockTime(batch.readyAt)}</Fact>
      </dl>
      <div>
        <Caption>Why units failed</Caption>
        <Pareto rows={batch.pareto} />
      </div>
      <div>
        <Caption>Slowest phase</Caption>
        <div style={{ fontSize: 14 }}>{slowestText(batch)}</div>
      </div>
    </Side>
  );
}
