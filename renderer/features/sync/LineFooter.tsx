import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { SyncView } from '#contract/sync.ts';
import { call } from '#client/client.ts';
import { useIsFloor, useIsLab, useRole } from '#client/state/session.ts';
import { putSync } from '#client/state/sync.ts';
import { useAction, type Action } from '#client/use-action.ts';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { ActionFailed } from './ActionFailed.tsx';
import { GoOnDialog } from './GoOnDialog.tsx';
import { LineSettings } from './LineSettings.tsx';

type Dialog = 'settings' | 'go-on' | null;

function Primary({ view, action, decide }: { view: SyncView; action: Action; decide: () => void }) {
  const [, go] = useLocation();
  const floor = useIsFloor();
  const lab = useIsLab();
  const officer = useRole() === 'officer';
  const take = (work: () => Promise<SyncView>) => () => action.run(async () => putSync(await work()));
  if (view.decision !== null)
    return officer ? (
      <Button variant="contained" onClick={decide}>
        Decide
      </Button>
    ) : null;
  if (view.state === 'courier')
    return floor ? (
      <Button variant="contained" onClick={() => go('/sync/courier')}>
        Go to the courier
      </Button>
    ) : null;
  if (view.state === 'paused')
    return lab ? (
      <Button
        variant="contained"
        disabled={action.busy}
        onClick={take(() => call('sync.pause', { paused: false }))}
      >
        Go on
      </Button>
    ) : null;
  if (!floor) return null;
  return (
    <Button
      variant="contained"
      disabled={action.busy || view.state === 'connecting'}
      onClick={take(() => call('sync.now', {}))}
    >
      {view.state === 'offline' || view.state === 'stopped' ? 'Try now' : 'Sync now'}
    </Button>
  );
}

/** What a person can do about the line, by role. */
export function LineFooter({ view }: { view: SyncView }) {
  const action = useAction();
  const [dialog, setDialog] = useState<Dialog>(null);
  const lab = useIsLab();
  const runs = view.state === 'online' || view.state === 'offline' || view.state === 'connecting';
  const pause = () => action.run(async () => putSync(await call('sync.pause', { paused: true })));
  return (
    <>
      {lab ? <Button onClick={() => setDialog('settings')}>Settings</Button> : null}
      {lab && runs ? (
        <Button disabled={action.busy} onClick={pause}>
          Pause
        </Button>
      ) : null}
      {lab ? null : <Dim>An engineer pauses the line and changes its settings.</Dim>}
      <Spring />
      <Primary view={view} action={action} decide={() => setDialog('go-on')} />
      <ActionFailed action={action} />
      {dialog === 'settings' ? <LineSettings view={view} onClose={() => setDialog(null)} /> : null}
      {dialog === 'go-on' ? <GoOnDialog onClose={() => setDialog(null)} /> : null}
    </>
  );
}
