import { styled } from '@mui/material/styles';
import type { UnitRow } from '#contract/units.ts';
import { dateTime } from '#ui/format.ts';
import { shapeOf, toneOf, unitWord } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { MONO } from '#ui/theme/theme.ts';
import type { Tone } from '#ui/theme/tokens.ts';

export const LINE_HEIGHT = 52;
export const COLUMNS = '136px minmax(150px, 1fr) 256px minmax(90px, 0.7fr) 40px 44px 160px';

const Line = styled('div')(({ theme }) => ({
  position: 'absolute',
  left: 0,
  right: 0,
  height: LINE_HEIGHT,
  display: 'grid',
  gridTemplateColumns: COLUMNS,
  gap: 12,
  alignItems: 'center',
  padding: '0 18px',
  fontSize: 14,
  cursor: 'pointer',
  borderBottom: `1px solid ${theme.tokens.line}`,
  '& > span': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '&:hover': { background: theme.tokens.raised },
  '[role="grid"]:focus-visible &[aria-selected="true"]': {
    outline: `3px solid ${theme.tokens.text}`,
    outlineOffset: -3,
  },
}));
const Outcome = styled('span', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(
  ({ theme, tone }) => ({
    display: 'flex',
    alignItems: 'center',
    gap: 9,
    fontWeight: 700,
    color: theme.tokens.tone[tone].main,
  }),
);
// As it is stored and searched for, from its beginning: what is seen can be typed.
const Id = styled('span')({ fontFamily: MONO, fontSize: 13 });

interface Props {
  unit: UnitRow;
  index: number;
  start: number;
  active: boolean;
  onOpen: (unit: UnitRow) => void;
}

/** One unit of the list. */
export function UnitLine({ unit, index, start, active, onOpen }: Props) {
  const tone = toneOf(unit.outcome);
  return (
    <Line
      id={`unit-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      data-outcome={unit.outcome}
      style={{ top: start }}
      onClick={() => onOpen(unit)}
    >
      <Outcome role="gridcell" tone={tone} title={unit.failure ?? undefined}>
        <OutcomeIcon shape={shapeOf(unit.outcome)} tone={tone} size={22} fraction={0.3} />
        {unitWord(unit.outcome)}
      </Outcome>
      <Id role="gridcell" title={unit.deviceId ?? undefined}>
        {unit.deviceId ?? '–'}
      </Id>
      <Id role="gridcell" title={unit.chipUid ?? undefined}>
        {unit.chipUid ?? '–'}
      </Id>
      <span role="gridcell">{unit.lot}</span>
      <span role="gridcell">{unit.site}</span>
      <span role="gridcell">{unit.attempts}</span>
      <span role="gridcell" className="num">
        {dateTime(unit.at)}
      </span>
    </Line>
  );
}
