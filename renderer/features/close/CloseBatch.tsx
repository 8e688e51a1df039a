import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { BatchView } from '#contract/batches.ts';
import { call } from '#client/client.ts';
import { putBatch } from '#client/state/batch.ts';
import { useIsFloor, useIsLab } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { useBatchById } from '#client/use-batch.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { CloseReport } from './CloseReport.tsx';
import { ExportPanel } from './ExportPanel.tsx';
import { OpenEnds } from './OpenEnds.tsx';
import { useExport, type BatchExport } from './use-export.ts';

const Page = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 18 });

function CloseFooter({ batch }: { batch: BatchView }) {
  const [asking, setAsking] = useState(false);
  const [, go] = useLocation();
  const action = useAction();
  const lab = useIsLab();
  const { running, unknown } = batch.counts;
  const close = (leaveUnknown: boolean) =>
    action.run(async () => putBatch(await call('batches.close', { batchId: batch.id, leaveUnknown })));
  const blocked = running > 0 || (unknown > 0 && !lab);
  return (
    <>
      <Button onClick={() => go(`/batch/${batch.id}`)}>Back to the sites</Button>
      <Spring />
      <Dim role="status">
        {action.error?.what ?? (blocked ? 'Not yet: see above' : 'No unit can be added afterwards')}
      </Dim>
      <Button
        variant="contained"
        disabled={blocked || action.busy}
        onClick={() => (unknown > 0 ? setAsking(true) : close(false))}
      >
        Close batch
      </Button>
      <ConfirmDialog
        open={asking}
        danger
        title="Close with units to be read back?"
        confirm="Close anyway"
        onClose={() => setAsking(false)}
        onConfirm={() => close(true)}
      >
        {unknown} {unknown === 1 ? 'unit stays' : 'units stay'} booked as not known. Nobody can say whether
        they are locked until they are read back.
      </ConfirmDialog>
    </>
  );
}

function ClosedFooter({ id, floor, exporting }: { id: string; floor: boolean; exporting: BatchExport }) {
  const [, go] = useLocation();
  const exported = exporting.folder !== null;
  return (
    <>
      <Button onClick={() => go(`/units/batch/${id}`)}>Show its units</Button>
      <Spring />
      {floor ? (
        <Button
          variant={exported ? 'outlined' : 'contained'}
          disabled={exporting.action.busy}
          onClick={exporting.start}
        >
          {exported ? 'Export again' : 'Export'}
        </Button>
      ) : null}
      {exported || !floor ? (
        <Button variant="contained" onClick={() => go('/')}>
          Done
        </Button>
      ) : null}
    </>
  );
}

/** The end of a batch: counts that add up, why units failed, what is open, the export, and what comes next. */
export function CloseBatch({ id }: { id: string }) {
  const { batch, error, reload } = useBatchById(id);
  const floor = useIsFloor();
  const exporting = useExport(id, batch);
  if (error) return <ErrorPanel error={error} onRetry={reload} />;
  if (!batch) return <Loading what="Loading the batch" />;
  const closed = batch.state === 'closed';
  const footer =
    closed || !floor ? (
      <ClosedFooter id={id} floor={floor} exporting={exporting} />
    ) : (
      <CloseFooter batch={batch} />
    );
  return (
    <PageFrame footer={footer}>
      <Page tabIndex={0} role="region" aria-label="Batch result">
        <Title>{closed ? 'Batch closed' : 'Close the batch'}</Title>
        <OpenEnds batch={batch} />
        <CloseReport batch={batch} />
        {closed && floor ? <ExportPanel exporting={exporting} /> : null}
      </Page>
    </PageFrame>
  );
}
