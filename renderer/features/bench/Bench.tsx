import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useIsLab } from '#client/state/session.ts';
import { useQuery } from '#client/use-query.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { AttachDialog } from './AttachDialog.tsx';
import { BenchSiteCard } from './BenchSiteCard.tsx';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });
const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(360px, 1fr))',
  gap: 16,
  alignItems: 'start',
});

/** Programmers, sites and self-tests; a real board is attached here. */
export function Bench() {
  const { data, error, reload } = useQuery('bench.get', {});
  const [attaching, setAttaching] = useState(false);
  const lab = useIsLab();
  return (
    <PageFrame
      footer={
        <>
          <Button onClick={reload}>Look again</Button>
          <Dim>
            A self-test opens the port, resets the part and reads its signature. It changes nothing on the
            part.
          </Dim>
          <Spring />
          {lab ? (
            <Button variant="contained" disabled={!data} onClick={() => setAttaching(true)}>
              Attach a board
            </Button>
          ) : null}
        </>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Bench">
        <Title>Bench</Title>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading the bench" /> : null}
        {data?.sites.length === 0 ? (
          <Empty title="No site yet">Attach a board to make its first site.</Empty>
        ) : null}
        <Grid>
          {data?.sites.map((site) => (
            <BenchSiteCard
              key={site.id}
              site={site}
              target={data.targets.find((target) => target.id === site.target)?.title ?? site.target}
              onChanged={reload}
            />
          ))}
        </Grid>
        {data && attaching ? (
          <AttachDialog bench={data} onClose={() => setAttaching(false)} onAttached={reload} />
        ) : null}
      </Page>
    </PageFrame>
  );
}
