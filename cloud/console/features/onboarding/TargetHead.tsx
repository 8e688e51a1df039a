import Button from '@mui/material/Button';
import { useState } from 'react';
import type { TargetView } from '#cloud/contract/views.ts';
import { useWallClock } from '#ui/clock.ts';
import { count, since } from '#ui/format.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Dim, Mono } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useMay } from '#cloud/console/client/session.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { modeWord, targetLook } from './target-text.ts';

/** Address, health and what a planner does with a target. */
export function TargetHead({ target, onChanged }: { target: TargetView; onChanged: () => void }) {
  const mayAct = useMay('planner');
  const action = useAction();
  const now = useWallClock();
  const mayRegisterAgain = useMay('admin');
  const [asking, setAsking] = useState(false);
  const { id, health, paused, counts } = target;
  const act = (work: () => Promise<unknown>) =>
    action.run(async () => {
      await work();
      onChanged();
    });
  return (
    <Panel aria-label="Target" sx={{ padding: '12px 18px' }}>
      <Row sx={{ gap: '20px' }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Row>
            <StateWord look={targetLook(target)} />
            <span>{health?.text}</span>
            {health ? <Dim>{since(health.at, now)} ago</Dim> : null}
          </Row>
          <Dim>
            <Mono>{target.url}</Mono> · {modeWord[target.mode]} · up to {count(target.ratePerSecond)} a second
            · {target.jobs.length === 0 ? 'all jobs' : `jobs ${target.jobs.join(', ')}`}
          </Dim>
        </div>
        {mayRegisterAgain && counts.registered + counts.revoked > 0 ? (
          <Button disabled={action.busy} onClick={() => setAsking(true)}>
            Register all again
          </Button>
        ) : null}
        {mayAct ? (
          <>
            <Button disabled={action.busy} onClick={() => act(() => call('checkTarget', { params: { id } }))}>
              Check
            </Button>
            <Button
              disabled={action.busy}
              onClick={() => act(() => call('pauseTarget', { params: { id }, body: { paused: !paused } }))}
            >
              {paused ? 'Resume' : 'Pause'}
            </Button>
          </>
        ) : null}
      </Row>
      <ConfirmDialog
        open={asking}
        title={`Register all again at ${target.name}`}
        confirm="Register all again"
        onConfirm={() => act(() => call('registerAgain', { params: { id } }))}
        onClose={() => setAsking(false)}
      >
        For a target that has lost its state, such as a broker that was set up anew:{' '}
        {count(counts.registered)} registered devices are registered once more, and {count(counts.revoked)}{' '}
        revoked ones kept out once more. Whoever is known there already stays as it is.
      </ConfirmDialog>
      {action.error ? (
        <div style={{ marginTop: 12 }}>
          <ErrorPanel error={action.error} />
        </div>
      ) : null}
    </Panel>
  );
}
