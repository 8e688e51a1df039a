import Button from '@mui/material/Button';
import { useState } from 'react';
import type { HandlerView } from '#contract/handler.ts';
import { call } from '#client/client.ts';
import { useRole } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { useQuery } from '#client/use-query.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Panel, Row, Stack } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { HandlerForm } from './HandlerForm.tsx';

/** Where an automatic handler starts sites and reads bins. Everybody of the lab sees it; an officer changes it. */
export function HandlerPanel() {
  const { data, error, reload } = useQuery('handler.get', {});
  const officer = useRole() === 'officer';
  return (
    <Panel aria-label="Handler">
      <Caption>Handler</Caption>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {!data && !error ? <Loading what="Loading the handler port" /> : null}
      {data ? <State view={data} /> : null}
      {data && officer ? <Officer view={data} onChanged={reload} /> : null}
      {data && !officer ? <Dim>A security officer opens and closes this port.</Dim> : null}
    </Panel>
  );
}

function State({ view }: { view: HandlerView }) {
  const { running, host, enabled, error } = view;
  if (running !== null)
    return (
      <Notice tone="pass" role="status">
        Open on {host}: lines on port {running.tcp}, HTTP on port {running.http}.
      </Notice>
    );
  if (enabled)
    return (
      <Notice tone="fail" role="alert">
        The port should be open and is not. {error ?? 'No reason is known.'}
      </Notice>
    );
  return (
    <Dim>
      Closed. An automatic handler that is signed in here starts sites and reads which bin a part belongs to.
    </Dim>
  );
}

function Officer({ view, onChanged }: { view: HandlerView; onChanged: () => void }) {
  const [token, setToken] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const renew = () => {
    action.run(async () => {
      setToken((await call('handler.renewToken', {})).token);
      onChanged();
    });
  };
  return (
    <Stack sx={{ gap: 3, alignItems: 'stretch' }}>
      <HandlerForm view={view} onChanged={onChanged} />
      <Row sx={{ flexWrap: 'wrap' }}>
        <Button disabled={action.busy} onClick={() => (view.hasToken ? setAsking(true) : renew())}>
          {view.hasToken ? 'Make a new token' : 'Make a token'}
        </Button>
        {token === null ? null : <CopyText text={token} label="the token" />}
      </Row>
      {token === null ? null : (
        <Dim>Give this token to the handler now: it is shown once and kept nowhere.</Dim>
      )}
      {action.error ? <ErrorPanel error={action.error} /> : null}
      <ConfirmDialog
        open={asking}
        title="Make a new token?"
        confirm="Make it"
        onConfirm={renew}
        onClose={() => setAsking(false)}
      >
        Every handler that uses the present token is cut off until it has the new one.
      </ConfirmDialog>
    </Stack>
  );
}
