import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import { useBatchById } from '#client/use-batch.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spoken } from '#ui/pieces/text.tsx';
import { CloseBatch } from '../close/CloseBatch.tsx';
import { BatchFooter } from './BatchFooter.tsx';
import { Fixture } from './Fixture.tsx';
import { SidePanel } from './SidePanel.tsx';
import { SiteDrawer } from './SiteDrawer.tsx';

const Split = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 288px',
});
const Problem = styled('div')({ padding: 24 });

/** The running batch: the fixture as it is on the table, and how the batch goes beside it. */
export function RunningBatch({ id, site }: { id: string; site: string | null }) {
  const { batch, error, reload } = useBatchById(id);
  const [, go] = useLocation();
  if (error) {
    return (
      <Problem>
        <ErrorPanel error={error} onRetry={reload} />
      </Problem>
    );
  }
  if (!batch) return <Loading what="Loading the batch" />;
  if (batch.state === 'closed') return <CloseBatch id={id} />;
  return (
    <PageFrame footer={<BatchFooter batch={batch} />}>
      <Spoken as="h1">Batch running: {batch.job.name}</Spoken>
      <Split>
        <Fixture batch={batch} onOpen={(opened) => go(`/batch/${id}/site/${opened}`)} />
        <SidePanel batch={batch} />
      </Split>
      <SiteDrawer site={site} batch={batch} onClose={() => go(`/batch/${id}`)} />
    </PageFrame>
  );
}
