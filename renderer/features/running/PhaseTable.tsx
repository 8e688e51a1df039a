import LockIcon from '@mui/icons-material/LockOutlined';
import { styled } from '@mui/material/styles';
import type { PhaseView } from '#contract/sites.ts';
import { duration } from '#ui/format.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { MeasurementRow } from '#ui/pieces/MeasurementRow.tsx';
import { Dim, Spoken } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';

const List = styled('ol')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  padding: '8px 0',
  borderBottom: `1px solid ${theme.tokens.line}`,
}));
const Line = styled('div')({ display: 'flex', alignItems: 'center', gap: 10, '& > svg': { flex: 'none' } });
const Name = styled('span')({ flex: 1, display: 'flex', alignItems: 'center', gap: 6, fontWeight: 600 });
const Measured = styled('div')({ paddingLeft: 30 });
const Once = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  gap: 4,
  fontSize: 12.5,
  fontWeight: 500,
  color: theme.tokens.dim,
  '& svg': { fontSize: 15 },
}));

const LOOK: Record<PhaseView['state'], { shape: Shape; tone: Tone; word: string }> = {
  waiting: { shape: 'dashed', tone: 'idle', word: 'waiting' },
  running: { shape: 'ring', tone: 'run', word: 'running' },
  done: { shape: 'circle', tone: 'pass', word: 'done' },
  failed: { shape: 'octagon', tone: 'fail', word: 'failed' },
  unknown: { shape: 'diamond', tone: 'unknown', word: 'not known' },
  skipped: { shape: 'dashed', tone: 'idle', word: 'skipped' },
};

/** Every phase with its outcome, its time, and what was measured in it against which limits. */
export function PhaseTable({ phases }: { phases: readonly PhaseView[] }) {
  return (
    <List>
      {phases.map((phase) => {
        const look = LOOK[phase.state];
        return (
          <Item key={phase.id} data-phase={phase.state}>
            <Line>
              <OutcomeIcon shape={look.shape} tone={look.tone} size={20} fraction={0.3} />
              <Name>
                {phase.title}
                {phase.irreversible ? (
                  <Once>
                    <LockIcon /> cannot be undone
                  </Once>
                ) : null}
              </Name>
              <Spoken>{look.word}</Spoken>
              <Dim>{phase.seconds === null ? look.word : duration(phase.seconds)}</Dim>
            </Line>
            {phase.measurements.length > 0 ? (
              <Measured>
                {phase.measurements.map((measurement) => (
                  <MeasurementRow key={measurement.name} measurement={measurement} />
                ))}
              </Measured>
            ) : null}
          </Item>
        );
      })}
    </List>
  );
}
