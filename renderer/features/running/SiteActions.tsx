import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { BatchView } from '#contract/batches.ts';
import type { SiteView } from '#contract/sites.ts';
import { call } from '#client/client.ts';
import { useIsFloor } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { readBack } from './read-back.ts';

const Line = styled('div')({
  display: 'flex',
  flexDirection: 'column',
  gap: 8,
  // A low card has no room for two buttons below each other.
  '@container (max-height: 330px)': {
    flexDirection: 'row',
    '& > button': { flex: 1, minWidth: 0, padding: '0 6px', fontSize: 14 },
  },
});
const Refused = styled('div')(({ theme }) => ({ fontSize: 13, color: theme.tokens.tone.fail.main }));
// There on a virtual bench only, where no hand reaches the socket: kept quiet so that it is no part of the product's look.
const Quiet = styled(Button)(({ theme }) => ({
  borderStyle: 'dashed',
  borderColor: theme.tokens.edge,
  background: 'transparent',
  fontWeight: 500,
}));

const FINISHED = new Set(['passed', 'failed']);

function startable(site: SiteView, batch: BatchView): boolean {
  if (batch.state !== 'open') return false;
  if (site.state === 'ready') return true;
  if (site.state === 'empty') return site.part === null;
  return site.state === 'failed' && site.run?.error?.retry === true;
}

/** What a hand can do at a site now: at most one thing that matters, and on a virtual bench the hand itself. */
export function SiteActions({ site, batch }: { site: SiteView; batch: BatchView }) {
  const action = useAction();
  const floor = useIsFloor();
  if (!floor || site.prompt !== null || site.lab) return null;
  const at = { site: site.id };
  const finished = FINISHED.has(site.state);
  return (
    <Line className="roomy" onClick={(event) => event.stopPropagation()} role="presentation">
      {action.error ? <Refused role="alert">{action.error.what}</Refused> : null}
      {site.state === 'unknown' ? (
        <Button
          variant="contained"
          color="warning"
          disabled={action.busy}
          onClick={() => action.run(() => readBack(site.id))}
        >
          Read back
        </Button>
      ) : null}
      {startable(site, batch) ? (
        <Button disabled={action.busy} onClick={() => action.run(() => call('sites.start', at))}>
          {site.state === 'failed' ? 'Try again' : 'Start'}
        </Button>
      ) : null}
      {finished && site.part === null && !site.virtual ? (
        <Button disabled={action.busy} onClick={() => action.run(() => call('sites.clear', at))}>
          Part is out
        </Button>
      ) : null}
      {site.virtual && finished ? (
        <Quiet disabled={action.busy} onClick={() => action.run(() => call('virtual.remove', at))}>
          Take out
        </Quiet>
      ) : null}
      {site.virtual && site.state === 'empty' ? (
        <Quiet disabled={action.busy} onClick={() => action.run(() => call('virtual.insert', at))}>
          Insert part
        </Quiet>
      ) : null}
    </Line>
  );
}
