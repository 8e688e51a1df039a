import { styled } from '@mui/material/styles';
import type { PhaseView, RunView } from '#contract/sites.ts';
import { duration } from '#ui/format.ts';

const Room = styled('div')({ flex: '1 1 0', minHeight: 0, overflow: 'hidden' });
// Shown only where a card is tall enough: a bench of few sites has the room, a gang of 32 has not. A phase without room
// for its whole line wraps into a second column, which is out of sight.
const List = styled('ol')(({ theme }) => ({
  display: 'none',
  listStyle: 'none',
  boxSizing: 'border-box',
  margin: 0,
  padding: '6px 0 0',
  borderTop: `1px solid ${theme.tokens.line}`,
  fontSize: 13,
  height: '100%',
  flexFlow: 'column wrap',
  // Of a run that has ended the last phases say most, so the first ones make room.
  '&[data-ended="true"]': { flexFlow: 'column-reverse wrap', justifyContent: 'flex-end' },
  '@container (min-height: 500px)': { display: 'flex' },
}));
const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  gap: 8,
  width: '100%',
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
  const ended = !run.phases.some((phase) => phase.state === 'running');
  return (
    <Room>
      <List data-ended={ended}>
        {run.phases.filter(reached).map((phase, index) => (
          <Item key={phase.id} data-phase={phase.state} style={ended ? { order: -index } : undefined}>
            <Sign aria-hidden="true">{SIGNS[phase.state]}</Sign>
            <Name>{phase.title}</Name>
            <span className="num">{phase.seconds === null ? '' : duration(phase.seconds)}</span>
          </Item>
        ))}
      </List>
    </Room>
  );
}
