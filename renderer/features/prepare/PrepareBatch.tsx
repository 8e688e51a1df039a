import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import { call } from '#client/client.ts';
import { useOpenBatch } from '#client/state/batch.ts';
import { putBatch } from '#client/state/batch.ts';
import { useIsFloor } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { useQuery } from '#client/use-query.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spring, Stack } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { ChecksumStep } from './ChecksumStep.tsx';
import { JobStep } from './JobStep.tsx';
import { missingOf, preflightRequest } from './draft.ts';
import { PreflightList } from './PreflightList.tsx';
import { QuantityStep } from './QuantityStep.tsx';
import { TravellerStep } from './TravellerStep.tsx';
import { useDraft } from './use-draft.ts';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 420px',
  gap: 24,
  padding: '18px 24px',
});
const Column = styled(Stack)({
  position: 'relative',
  minHeight: 0,
  overflow: 'auto',
  padding: '2px 2px 8px',
  gap: 16,
});

/** Traveller, job, checksum, quantity, and a pre-flight that must be green: then the batch may start. */
export function PrepareBatch({ kind, value }: { kind: string | undefined; value: string }) {
  const jobs = useQuery('jobs.list', {});
  const { draft, set, scan, scanning } = useDraft(kind, value);
  const job = jobs.data?.jobs.find((candidate) => candidate.id === draft.jobId) ?? null;
  const preflight = useQuery('batches.preflight', preflightRequest(draft, job));
  const openBatch = useOpenBatch();
  const floor = useIsFloor();
  const start = useAction();
  const [, go] = useLocation();
  if (!floor) return <Empty title="Your role does not run batches">Records and units are under Units.</Empty>;
  const missing = missingOf(draft, job, preflight, openBatch !== null);
  const begin = () =>
    start.run(async () => {
      if (!job) return;
      const { traveller, lot, quantity } = draft;
      const request = { jobId: job.id, traveller, lot, quantity: Number(quantity), checksum: job.checksum };
      const batch = await call('batches.open', request);
      putBatch(batch);
      go(`/batch/${batch.id}`);
    });
  return (
    <PageFrame
      footer={
        <>
          <Button onClick={() => go('/')}>Cancel</Button>
          <Spring />
          <Dim role="status">{missing ?? 'All green'}</Dim>
          <Button variant="contained" disabled={missing !== null || start.busy} onClick={begin}>
            Start batch
          </Button>
        </>
      }
    >
      <Page>
        <Column tabIndex={0} role="region" aria-label="Batch">
          <Title>Prepare a batch</Title>
          {openBatch ? (
            <Notice tone="unknown" role="status">
              <b>A batch is open on this station.</b> Close it before you start the next one.
            </Notice>
          ) : null}
          {start.error ? <ErrorPanel error={start.error} /> : null}
          <TravellerStep
            key={draft.traveller}
            value={draft.traveller}
            onScan={scan}
            busy={scanning.busy}
            error={scanning.error}
          />
          <JobStep query={jobs} chosen={draft.jobId} onChoose={(jobId) => set({ jobId, confirmed: false })} />
          <QuantityStep draft={draft} job={job} onChange={set} />
        </Column>
        <Column tabIndex={0} role="region" aria-label="Checks">
          <ChecksumStep job={job} confirmed={draft.confirmed} onConfirm={(confirmed) => set({ confirmed })} />
          <PreflightList query={preflight} ready={preflightRequest(draft, job) !== null} />
        </Column>
      </Page>
    </PageFrame>
  );
}
