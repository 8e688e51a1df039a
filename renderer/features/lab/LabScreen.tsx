import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import type { LabAct } from '#contract/lab.ts';
import { useIsLab } from '#client/state/session.ts';
import { useSites } from '#client/state/sites.ts';
import { useLeaving } from '#ui/leave-guard.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { actTitle } from './acts.ts';
import { BoardHead } from './BoardHead.tsx';
import { ConfirmUid } from './ConfirmUid.tsx';
import { LabParts } from './LabParts.tsx';
import { LeaveLab } from './LeaveLab.tsx';
import { useLab } from './use-lab.ts';
import { WireLog } from './WireLog.tsx';

const Halves = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1.15fr) minmax(0, 1fr)',
  gap: 16,
  padding: '14px 24px',
});
/** What the chip beside it is called gives way. */
const Name = styled(Title)({ whiteSpace: 'nowrap' });
const Left = styled('div')({ display: 'flex', flexDirection: 'column', gap: 10, minHeight: 0, minWidth: 0 });

/** The two questions that change nothing. */
function AskBoard({
  can,
  onRun,
}: {
  can: readonly string[];
  onRun: (act: LabAct) => Promise<string | null>;
}) {
  return (['identify', 'read-state'] as const)
    .filter((operation) => can.includes(operation))
    .map((operation) => (
      <Button key={operation} onClick={() => void onRun({ operation })}>
        {actTitle(operation)}
      </Button>
    ));
}

/** One board by hand: who it is, its memory, its life cycle, its keys, and every byte on its wire. */
export function LabScreen({ site }: { site: string }) {
  const lab = useLab(site);
  const [, go] = useLocation();
  const allowed = useIsLab();
  const { view, said, asked } = lab;
  // A cable that is out is told at once, not by the next act.
  const link = useSites(({ entries }) => entries.get(site)?.view.error ?? null);
  const error = lab.error ?? link;
  const leaving = useLeaving(view !== null);
  if (!allowed) return <Empty title="The lab is for engineers">Sign in as an engineer or an officer.</Empty>;
  const busy = view?.busy ?? null;
  /** What cannot be undone is asked for once more, with the part's own id. */
  const start = async (act: LabAct) => {
    if (view?.irreversible.includes(act.operation) !== true) return lab.run(act, null);
    lab.ask(act);
    return null;
  };
  const giveBack = async (then: () => void) => {
    if (await lab.leave()) then();
  };
  return (
    <PageFrame
      footer={
        <>
          <Button onClick={() => go('/bench')}>Back to the bench</Button>
          <Dim>Nothing is produced on {site} while it is in the lab.</Dim>
          <Spring />
          {busy === null ? null : (
            <Button color="error" onClick={lab.stop}>
              Stop
            </Button>
          )}
          <Button
            variant="contained"
            disabled={view === null || busy !== null}
            onClick={() => void giveBack(() => leaving.go(() => go('/bench')))}
          >
            Give back to production
          </Button>
        </>
      }
    >
      <Halves>
        <Left>
          <Row>
            <Name>Lab · {site}</Name>
            {view ? <StatusChip>{view.targetTitle}</StatusChip> : null}
            <Spring />
            {view && busy === null ? <AskBoard can={view.can} onRun={start} /> : null}
            {busy === null ? null : <StatusChip tone="run">{actTitle(busy)} is under way</StatusChip>}
          </Row>
          <OpenPrompts site={site} />
          {error ? <ErrorPanel error={error} details /> : null}
          {said === null || link !== null ? null : (
            <Notice tone="pass" role="status">
              {said}
            </Notice>
          )}
          {!view && !lab.error ? <Loading what="Opening the board" /> : null}
          {view ? <BoardHead view={view} /> : null}
          {view ? <LabParts view={view} onRun={start} /> : null}
        </Left>
        <WireLog site={site} open={view !== null} />
      </Halves>
      {asked && view ? (
        <ConfirmUid
          view={view}
          act={asked}
          onClose={() => lab.ask(null)}
          onConfirm={(uid) => void lab.run(asked, uid)}
        />
      ) : null}
      <LeaveLab site={site} busy={busy !== null} leaving={leaving} onGiveBack={giveBack} />
    </PageFrame>
  );
}
