import { styled } from '@mui/material/styles';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Scroll } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Alerts } from './Alerts.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { RecentBatches } from './RecentBatches.tsx';
import { SidePanel } from './SidePanel.tsx';
import { Tiles } from './Tiles.tsx';

/** Milliseconds between looks: a finished batch is to be here within two seconds. */
const EVERY = 2000;
const Body = styled(Scroll)({
  flex: 1,
  padding: '18px 24px 24px',
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
});
const Columns = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 320px',
  alignItems: 'start',
  gap: 16,
});
const Column = styled('div')({ display: 'flex', flexDirection: 'column', gap: 16, minWidth: 0 });

/** How is the fleet: what was made, what needs a hand, what runs now. */
export function Fleet() {
  const { data, error, reload } = useQuery('overview', {}, EVERY);
  return (
    <Body tabIndex={0} role="region" aria-label="Fleet">
      <Title>Fleet</Title>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {!data && !error ? <Loading what="Counting" /> : null}
      {data ? (
        <>
          <Tiles overview={data} />
          <Columns>
            <Column>
              {data.stations.total === 0 ? <FirstSteps /> : <Alerts alerts={data.alerts} />}
              {data.batches.open + data.batches.closed === 0 ? null : <RecentBatches overview={data} />}
            </Column>
            <SidePanel overview={data} />
          </Columns>
        </>
      ) : null}
    </Body>
  );
}
