import { styled } from '@mui/material/styles';
import type { PhaseView, RunView } from '#contract/sites.ts';
import { duration } from '#ui/format.ts';

const Room = styled('div')({ flex: '1 1 0', minHeight: 0, overflow: 'hidden' });
// Shown only where a card is tall enough: a bench of few sites has the room, a gang of 32 has not.
const List = styled('ol')(({ theme }) => ({
  display: 'none',
  listStyle: 'none',
  margin: '4px 0 0',
  padding: '6px 0 0',
  borderTop: `1px solid ${theme.tokens.line}`,
  fontSize: 13,
  '@container (min-height: 500px)': { display: 'block' },
}));
const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  gap: 8,
  lineHeight: '21px',
  color: theme.tokens.dim,
  '&[data-phase="running"]': { color: theme.tokens.text, fontWeight: 650 },
  '&[data-phase="done"]': { color: theme.tokens.text },
  '&[data-phase="failed"]': { color: theme.tokens.tone.fail.main, fontWeight: 650 },
  '&[data-phase="unknown"]': { color: theme.tokens.tone.unknown.main, fontWeight: 650 },
}));
const Sign = styled('span')({ width: 14, flex: 'none', textAlign: 'center' });
const Name = styled('span')({ flex: 1, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' });
const SIGNS: Record<PhaseView['state'], string> = {
  waiting: '·',
  running: '▸',
  done: '✓',
  failed: '✕',
  unknown: '?',
  skipped: '–',
};

/** Phases that a failed run never came to say nothing on a card; the drawer lists them. */
const reached = (phase: PhaseView): boolean => phase.state !== 'skipped';

/** Every phase of the run with its time, on cards that have the room. */
export function PhaseList({ run }: { run: RunView | null }) {
  if (!run) return <Room />;
  return (
    <Room>
      <List>
        {run.phases.filter(reached).map((phase) => (
          <Item key={phase.id} data-phase={phase.state}>
            <Sign aria-hidden="true">{SIGNS[phase.state]}</Sign>
            <Name>{phase.title}</Name>
            <span className="num">{phase.seconds === null ? '' : duration(phase.seconds)}</span>
          </Item>
        ))}
      </List>
    </Room>
  );
}
