import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { LabAct } from '#contract/lab.ts';
import { useIsLab } from '#client/state/session.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { ActsPanel } from './ActsPanel.tsx';
import { BoardPanel } from './BoardPanel.tsx';
import { ConfirmUid } from './ConfirmUid.tsx';
import { MemoryPanel } from './MemoryPanel.tsx';
import { useLab } from './use-lab.ts';
import { WireLog } from './WireLog.tsx';

const Halves = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1.1fr) minmax(0, 1fr)',
  gap: 16,
  padding: '16px 24px',
  '@media (max-width: 1100px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
});
const Left = styled(Scroll)({ display: 'flex', flexDirection: 'column', gap: 14, paddingRight: 4 });

/** One board by hand: who it is, its memory, its life cycle, its keys, and every byte on its wire. */
export function LabScreen({ site }: { site: string }) {
  const lab = useLab(site);
  const [, go] = useLocation();
  const [asked, setAsked] = useState<LabAct | null>(null);
  const allowed = useIsLab();
  const { view, error, said } = lab;
  if (!allowed) return <Empty title="The lab is for engineers">Sign in as an engineer or an officer.</Empty>;
  const busy = view?.busy ?? null;
  /** What cannot be undone is asked for once more, with the part's own id. */
  const start = async (act: LabAct) => {
    if (view?.irreversible.includes(act.operation) === true) {
      setAsked(act);
      return null;
    }
    return lab.run(act, null);
  };
  const leave = async () => {
    if (await lab.leave()) go('/bench');
  };
  return (
    <PageFrame
      footer={
        <>
          <Button onClick={() => go('/bench')}>Back to the bench</Button>
          <Dim>The site stays in the lab until it is given back: no part starts on it by itself.</Dim>
          <Spring />
          {busy === null ? null : (
            <Button color="warning" onClick={lab.stop}>
              Stop
            </Button>
          )}
          <Button variant="contained" disabled={view === null || busy !== null} onClick={() => void leave()}>
            Give back to production
          </Button>
        </>
      }
    >
      <Halves>
        <Left tabIndex={0} role="region" aria-label={`Lab, site ${site}`}>
          <Row>
            <Title>Lab · {site}</Title>
            {view ? <StatusChip>{view.targetTitle}</StatusChip> : null}
            {busy === null ? null : <StatusChip tone="run">{busy}</StatusChip>}
          </Row>
          <OpenPrompts site={site} />
          {error ? <ErrorPanel error={error} details /> : null}
          {said === null ? null : (
            <Notice tone="pass" role="status">
              {said}
            </Notice>
          )}
          {!view && !error ? <Loading what="Opening the board" /> : null}
          {view ? <BoardPanel view={view} onRun={start} /> : null}
          {view?.can.includes('read-memory') ? (
            <MemoryPanel key={view.identity?.chipUid ?? ''} view={view} onRun={start} />
          ) : null}
          {view ? <ActsPanel view={view} onRun={start} /> : null}
        </Left>
        <WireLog site={site} open={view !== null} />
      </Halves>
      {asked && view ? (
        <ConfirmUid
          view={view}
          act={asked}
          onClose={() => setAsked(null)}
          onConfirm={(uid) => {
            setAsked(null);
            void lab.run(asked, uid);
          }}
        />
      ) : null}
    </PageFrame>
  );
}
