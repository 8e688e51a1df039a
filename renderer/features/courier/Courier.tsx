import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useIsFloor } from '#client/state/session.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { SyncColumn, SyncColumns, SyncPage } from '../sync/SyncPage.tsx';
import { useSync } from '../sync/use-sync.ts';
import { CourierOutcome } from './CourierOutcome.tsx';
import { CourierProgress } from './CourierProgress.tsx';
import { Places } from './Places.tsx';
import { TransferList } from './TransferList.tsx';
import { nextPart, transferName, unfinished, waitText } from './transfer-words.ts';
import { useCourier, type CourierActs } from './use-courier.ts';

interface FooterProps {
  acts: CourierActs;
  place: string;
  joined: boolean;
  goOn: boolean;
}

function Footer({ acts, place, joined, goOn }: FooterProps) {
  const [, go] = useLocation();
  const floor = useIsFloor();
  if (!floor) return <Dim>Your role reads here; operators carry the sticks.</Dim>;
  const idle = joined && acts.busy === null;
  const ready = idle && place !== '';
  return (
    <>
      <Button disabled={!idle} onClick={() => go('/sync/courier/show')}>
        Show as QR codes
      </Button>
      <Button disabled={!idle} onClick={() => go('/sync/courier/scan')}>
        Scan QR codes
      </Button>
      <Spring />
      <Dim role="status">{idle && place === '' ? 'Choose where' : ''}</Dim>
      <Button disabled={!ready} onClick={() => acts.read(place)}>
        Read what is there
      </Button>
      <Button variant="contained" disabled={!ready} onClick={() => acts.write(place, goOn)}>
        {goOn ? 'Go on' : 'Write what waits'}
      </Button>
    </>
  );
}

/** What waits goes on a stick, and what the cloud sent is read from one. */
export function Courier() {
  const acts = useCourier();
  const { view } = useSync();
  const floor = useIsFloor();
  const [place, setPlace] = useState('');
  const transfers = acts.list.data?.transfers ?? [];
  const open = unfinished(transfers);
  const joined = view !== null && view.cloud !== null;
  const waits = view?.waiting ?? 0;
  if (view !== null && !joined)
    return (
      <SyncPage title="Courier">
        <Empty title="This station belongs to no cloud yet">
          Join one first, under Line: a station without a network does so with an invitation file.
        </Empty>
      </SyncPage>
    );
  return (
    <SyncPage
      title="Courier"
      footer={<Footer acts={acts} place={place} joined={joined} goOn={open !== null} />}
    >
      <SyncColumns>
        <SyncColumn tabIndex={0} role="region" aria-label="Stick">
          {acts.busy === null ? null : (
            <CourierProgress
              work={acts.busy}
              transfer={open}
              whole={waits}
              cancelling={acts.cancelling}
              onCancel={acts.cancel}
            />
          )}
          {acts.error ? <ErrorPanel error={acts.error} /> : null}
          <CourierOutcome result={acts.result} />
          {open !== null && acts.busy === null && acts.result === null ? (
            <Notice tone="unknown" role="status">
              <Row>
                <span style={{ flex: 1 }}>
                  <b>{transferName(open)} is not finished.</b> Part {nextPart(open)} goes on the next stick.
                </span>
                {floor ? (
                  <Button disabled={acts.cancelling} onClick={acts.cancel}>
                    Give it up
                  </Button>
                ) : null}
              </Row>
            </Notice>
          ) : null}
          <Panel aria-label="Places">
            <Places chosen={place} disabled={acts.busy !== null} onChoose={setPlace} />
          </Panel>
          <Dim className="num">
            {waitText(waits)} Files are sealed: whoever finds the stick can neither read nor change them.
          </Dim>
        </SyncColumn>
        <SyncColumn tabIndex={0} role="region" aria-label="Transfers so far">
          {acts.list.error ? <ErrorPanel error={acts.list.error} onRetry={acts.list.reload} /> : null}
          <TransferList transfers={transfers} />
        </SyncColumn>
      </SyncColumns>
    </SyncPage>
  );
}
