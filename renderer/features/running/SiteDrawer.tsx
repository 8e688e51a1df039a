import CloseIcon from '@mui/icons-material/Close';
import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import type { BatchView } from '#contract/batches.ts';
import { useIsLab } from '#client/state/session.ts';
import { useSites, type SiteEntry } from '#client/state/sites.ts';
import { hex } from '#ui/format.ts';
import { fractionOf, lookOf } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { OutOfLimit } from './OutOfLimit.tsx';
import { PhaseTable } from './PhaseTable.tsx';
import { progressText } from './progress-text.ts';
import { SiteActions } from './SiteActions.tsx';
import { SitePrompt } from './SitePrompt.tsx';
import { StopSite } from './StopSite.tsx';
import { VirtualHands } from './VirtualHands.tsx';

const Frame = styled('div')({
  width: 560,
  maxWidth: '100vw',
  height: '100%',
  display: 'flex',
  flexDirection: 'column',
});
const Head = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 14,
  padding: '8px 12px 8px 24px',
  borderBottom: `1px solid ${theme.tokens.line}`,
  '& h2': { margin: 0, fontSize: 20 },
}));
const Body = styled(Scroll)({
  flex: 1,
  padding: '16px 24px',
  display: 'flex',
  flexDirection: 'column',
  gap: 18,
});
const Foot = styled('div')(({ theme }) => ({
  display: 'flex',
  gap: 12,
  padding: '12px 24px',
  borderTop: `1px solid ${theme.tokens.line}`,
  '& > *': { flex: 1 },
}));

function Ids({ entry }: { entry: SiteEntry }) {
  const { run, programmer, port } = entry.view;
  return (
    <div>
      {run?.chipUid ? (
        <div>
          <Dim>Chip UID </Dim>
          <CopyText text={run.chipUid} label="chip UID" shown={hex(run.chipUid)} />
        </div>
      ) : null}
      {run?.deviceId ? (
        <div>
          <Dim>Device ID </Dim>
          <CopyText text={run.deviceId} label="device ID" />
        </div>
      ) : null}
      <Dim>
        {programmer} · {port}
        {run && run.attempt > 1 ? ` · attempt ${run.attempt}` : ''}
      </Dim>
    </div>
  );
}

function Content({ entry, batch, onClose }: { entry: SiteEntry; batch: BatchView; onClose: () => void }) {
  const { view } = entry;
  const lab = useIsLab();
  const [, go] = useLocation();
  const { shape, tone, word } = lookOf(view);
  const error = view.run?.error ?? view.error;
  return (
    <Frame>
      <Head>
        <OutcomeIcon shape={shape} tone={tone} fraction={fractionOf(view.run)} />
        <h2 id="site-title">
          Site {view.id} · {word}
        </h2>
        <Spring />
        <IconButton aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </Head>
      <Body tabIndex={0} role="region" aria-label={`Phases of site ${view.id}`}>
        <Ids entry={entry} />
        <SitePrompt site={view} />
        {error ? <ErrorPanel error={error} details={lab} /> : null}
        {lab && error?.code === 'cable-moved' ? (
          <Button onClick={() => go('/bench')}>To the bench</Button>
        ) : null}
        <OutOfLimit run={view.run} />
        {view.state === 'running' ? <div role="status">{progressText(view.run)}</div> : null}
        {view.run ? (
          <div>
            <Caption as="h3">Phases</Caption>
            <PhaseTable phases={view.run.phases} />
          </div>
        ) : (
          <Dim>No unit in this site yet.</Dim>
        )}
        {view.virtual && lab ? <VirtualHands site={view} /> : null}
      </Body>
      <Foot>
        <StopSite site={view} />
        <SiteActions site={view} batch={batch} />
      </Foot>
    </Frame>
  );
}

interface Props {
  site: string | null;
  batch: BatchView;
  onClose: () => void;
}

/** One site opened: its ids, what went wrong, and every phase with its measurements. */
export function SiteDrawer({ site, batch, onClose }: Props) {
  const entry = useSites((s) => (site === null ? undefined : s.entries.get(site)));
  return (
    <Drawer
      anchor="right"
      open={entry !== undefined}
      onClose={onClose}
      slotProps={{ paper: { role: 'dialog', 'aria-modal': true, 'aria-labelledby': 'site-title' } }}
    >
      {entry ? <Content entry={entry} batch={batch} onClose={onClose} /> : null}
    </Drawer>
  );
}
