import { styled } from '@mui/material/styles';
import type { Response } from '#contract/contract.ts';
import type { SyncView } from '#contract/sync.ts';
import type { Query } from '#client/use-query.ts';
import { useWallClock } from '#ui/clock.ts';
import { count, rate } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { ageText, recordsRate, timeLeft } from './line-words.ts';

const Total = styled('div')(({ theme }) => ({
  fontSize: 40,
  fontWeight: 750,
  lineHeight: 1.1,
  '& small': { fontSize: 16, fontWeight: 500, color: theme.tokens.dim },
}));
/** States in which the bar may come and go: its room stays, so that nothing jumps. */
const MOVES = new Set<SyncView['state']>(['online', 'connecting']);
const Drain = styled('div')({ minHeight: 46, marginTop: 10 });
const Table = styled('table')(({ theme }) => ({
  width: '100%',
  borderCollapse: 'collapse',
  marginTop: 8,
  fontSize: 14.5,
  '& th': { fontWeight: 500, fontSize: 13, color: theme.tokens.dim, textAlign: 'right', padding: '4px 0' },
  '& td': { textAlign: 'right', padding: '7px 0', borderTop: `1px solid ${theme.tokens.line}` },
  '& th:first-of-type, & td:first-of-type': { textAlign: 'left' },
  '& td:nth-of-type(2)': { fontWeight: 650 },
}));

function Progress({ view, peak }: { view: SyncView; peak: number }) {
  if (view.rate === null || peak === 0) return null;
  const { recordsPerSecond, bytesPerSecond, secondsLeft } = view.rate;
  return (
    <>
      <Bar value={(peak - view.waiting) / peak} label="Sent of what waited" />
      <Row className="num" sx={{ mt: 1.5 }}>
        <Dim>
          {recordsRate(recordsPerSecond)} · {rate(bytesPerSecond)}
        </Dim>
        <Spring />
        <Dim>{secondsLeft === null ? '' : `${timeLeft(secondsLeft)} left`}</Dim>
      </Row>
    </>
  );
}

const oldestText = (at: string | null, now: number): string =>
  at === null ? '' : `oldest ${ageText(at, now)}`;
const inCloudText = ({ acknowledged, head }: SyncView): string =>
  head === 0 ? 'Nothing was made here yet' : `${count(acknowledged)} of ${count(head)} are in the cloud`;

/** What waits to go up, by kind and age; while it goes, how fast and for how long still. */
export function WaitingPanel({
  view,
  peak,
  kinds,
}: {
  view: SyncView;
  peak: number;
  kinds: Query<Response<'sync.waiting'>>;
}) {
  const now = useWallClock();
  const rows = kinds.data?.kinds ?? [];
  return (
    <Panel aria-label="Waiting">
      <Caption>Waiting to go up</Caption>
      <Row sx={{ alignItems: 'flex-end' }}>
        <Total className="num" data-testid="waiting">
          {count(view.waiting)} <small>{view.waiting === 1 ? 'record' : 'records'}</small>
        </Total>
        <Spring />
        <Dim className="num">
          {[oldestText(view.oldestAt, now), inCloudText(view)].filter((text) => text !== '').join(' · ')}
        </Dim>
      </Row>
      {MOVES.has(view.state) ? (
        <Drain>
          <Progress view={view} peak={peak} />
        </Drain>
      ) : null}
      {kinds.error ? <ErrorPanel error={kinds.error} onRetry={kinds.reload} /> : null}
      {rows.length > 0 ? (
        <Table className="num">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Number</th>
              <th scope="col">Oldest</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.kind}>
                <td>{row.title}</td>
                <td>{count(row.count)}</td>
                <td>{ageText(row.oldestAt, now)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </Panel>
  );
}
