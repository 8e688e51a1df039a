import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import { useOpenBatch } from '#client/state/batch.ts';
import { useIsFloor } from '#client/state/session.ts';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { JobList } from './JobList.tsx';
import { OpenBatchCard } from './OpenBatchCard.tsx';
import { SiteMap } from './SiteMap.tsx';
import { StationPanel } from './StationPanel.tsx';
import { Warnings } from './Warnings.tsx';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 380px',
  gap: 24,
  padding: 24,
});
const Column = styled('div')({
  minHeight: 0,
  position: 'relative',
  overflow: 'auto',
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
});

/** What can I do now: the batch to resume, the jobs with what is left to make, the sites, and what needs a hand. */
export function Home() {
  const batch = useOpenBatch();
  const floor = useIsFloor();
  const [, go] = useLocation();
  const primary = batch
    ? { word: 'Resume batch', to: `/batch/${batch.id}` }
    : { word: 'New batch', to: '/batch/prepare' };
  return (
    <PageFrame
      footer={
        <>
          <Dim>{floor ? 'Scan a traveller to prepare its batch' : 'Records and units are under Units'}</Dim>
          <Spring />
          {floor ? (
            <Button variant="contained" onClick={() => go(primary.to)}>
              {primary.word}
            </Button>
          ) : null}
        </>
      }
    >
      <Page>
        <Column tabIndex={0} role="region" aria-label="Work">
          <Title>{batch ? 'A batch is open' : 'Ready for the next batch'}</Title>
          <OpenPrompts />
          {batch ? <OpenBatchCard batch={batch} /> : null}
          <JobList openBatch={batch !== null} />
        </Column>
        <Column tabIndex={0} role="region" aria-label="Station">
          <Warnings />
          <SiteMap />
          <StationPanel />
        </Column>
      </Page>
    </PageFrame>
  );
}
