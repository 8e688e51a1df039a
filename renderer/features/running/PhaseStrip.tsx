import { styled } from '@mui/material/styles';
import type { PhaseView } from '#contract/sites.ts';
import type { Tone } from '#ui/theme/tokens.ts';

const Strip = styled('div')({ display: 'flex', gap: 3, height: 4 });
const Tick = styled('span', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone | null }>(
  ({ theme, tone }) => ({
    flex: 1,
    borderRadius: 2,
    background: tone === null ? theme.tokens.track : theme.tokens.tone[tone].main,
  }),
);
const TONES: Record<PhaseView['state'], Tone | null> = {
  waiting: null,
  running: 'run',
  done: 'pass',
  failed: 'fail',
  unknown: 'unknown',
  skipped: 'idle',
};

/** The whole recipe as one line of ticks: how far this unit is. */
export function PhaseStrip({ phases }: { phases: readonly PhaseView[] }) {
  const finished = phases.filter((phase) => phase.state === 'done').length;
  return (
    <Strip role="img" aria-label={`${finished} of ${phases.length} phases done`} className="roomy">
      {phases.map((phase) => (
        <Tick key={phase.id} tone={TONES[phase.state]} />
      ))}
    </Strip>
  );
}
