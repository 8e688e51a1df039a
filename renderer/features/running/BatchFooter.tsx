import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { BatchView } from '#contract/batches.ts';
import { call } from '#client/client.ts';
import { useIsFloor } from '#client/state/session.ts';
import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { useAction } from '#client/use-action.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { hintFor } from './hint.ts';
import { useBatchKeys } from './use-batch-keys.ts';

/** Pause, stop, what to do next, and the way to the end of the batch. */
export function BatchFooter({ batch }: { batch: BatchView }) {
  const [asking, setAsking] = useState(false);
  const [, go] = useLocation();
  const action = useAction();
  const floor = useIsFloor();
  const sites = inFixtureOrder(useSites((s) => s.entries)).map((entry) => entry.view);
  const running = sites.filter((site) => site.state === 'running').length;
  const ready = sites.some((site) => site.state === 'ready');
  const paused = batch.state === 'paused';
  const pause = () =>
    action.run(() => call(paused ? 'batches.resume' : 'batches.pause', { batchId: batch.id }));
  const startAll = () => action.run(() => call('sites.startAll', {}));
  useBatchKeys({ pause, startAll, sites });
  if (!floor) return <Dim>{hintFor(batch, sites)}</Dim>;
  return (
    <>
      <Button disabled={action.busy} onClick={pause}>
        {paused ? 'Go on' : 'Pause after this unit'}
      </Button>
      <Button color="error" disabled={running === 0} onClick={() => setAsking(true)}>
        Stop all sites
      </Button>
      {ready && !paused ? <Button onClick={startAll}>Start all</Button> : null}
      <Spring />
      <Dim role="status">{action.error?.what ?? hintFor(batch, sites)}</Dim>
      <Button variant="contained" onClick={() => go(`/batch/${batch.id}/close`)}>
        Close batch
      </Button>
      <ConfirmDialog
        open={asking}
        danger
        title="Stop all sites?"
        confirm={`Stop ${running} ${running === 1 ? 'site' : 'sites'}`}
        onClose={() => setAsking(false)}
        onConfirm={() => action.run(() => call('sites.stopAll', {}))}
      >
        Units that run are stopped where they are and count as failed. A unit that is being locked must be
        read back afterwards: leave it in.
      </ConfirmDialog>
    </>
  );
}
