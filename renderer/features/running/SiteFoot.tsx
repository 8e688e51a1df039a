import { styled } from '@mui/material/styles';
import type { BatchView } from '#contract/batches.ts';
import { useTenths } from '#ui/clock.ts';
import type { SiteEntry } from '#client/state/sites.ts';
import { duration, rate } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';

const Foot = styled('div')(({ theme }) => ({
  display: 'flex',
  justifyContent: 'space-between',
  alignItems: 'center',
  gap: 8,
  flex: 'none',
  minHeight: 26,
  color: theme.tokens.dim,
  fontSize: 13,
  whiteSpace: 'nowrap',
}));

/** Seconds since the run began, counted on from what the station said. */
function useElapsed({ view, at }: SiteEntry): number | null {
  const running = view.state === 'running';
  const now = useTenths(running);
  if (!view.run) return null;
  return running ? view.run.elapsed + Math.max(0, now - at) / 1000 : view.run.elapsed;
}

function Right({ entry, batch, elapsed }: { entry: SiteEntry; batch: BatchView; elapsed: number }) {
  const { state, run } = entry.view;
  const error = run?.error;
  if (state !== 'running') return error ? <CopyText text={error.code} label="error code" /> : null;
  const perSecond = run?.progress?.unit === 'B' ? run.progress.perSecond : null;
  const left = batch.secondsPerUnit === null || run?.readingBack ? null : batch.secondsPerUnit - elapsed;
  return (
    <span>
      {perSecond === null ? '' : rate(perSecond)}
      {perSecond !== null && left !== null && left > 0.5 ? ' · ' : ''}
      {left !== null && left > 0.5 ? `≈ ${Math.ceil(left)} s left` : ''}
    </span>
  );
}

/** The last line of a site: time, and rate or the code of the failure. */
export function SiteFoot({ entry, batch }: { entry: SiteEntry; batch: BatchView }) {
  const elapsed = useElapsed(entry);
  if (elapsed === null) return <Foot />;
  return (
    <Foot className="num roomy">
      <span>{duration(elapsed)}</span>
      <Right entry={entry} batch={batch} elapsed={elapsed} />
    </Foot>
  );
}
