import { styled } from '@mui/material/styles';
import type { UnitDetail } from '#contract/units.ts';
import { dateTime, hex } from '#ui/format.ts';
import { shapeOf, toneOf, unitWord } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';

const Head = styled('div')({ display: 'flex', gap: 18, alignItems: 'flex-start' });
const Word = styled('h1', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(
  ({ theme, tone }) => ({
    margin: 0,
    fontSize: 26,
    lineHeight: '44px',
    fontWeight: 750,
    color: theme.tokens.tone[tone].main,
  }),
);
const Ids = styled('div')({
  flex: 1,
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '4px 14px',
  paddingLeft: 18,
});

/** Outcome and identity of a unit. */
export function UnitHead({ detail }: { detail: UnitDetail }) {
  const { unit } = detail;
  const tone = toneOf(unit.outcome);
  return (
    <Head>
      <OutcomeIcon shape={shapeOf(unit.outcome)} tone={tone} size={44} fraction={0.3} />
      <Word tone={tone}>{unitWord(unit.outcome)}</Word>
      <Ids>
        <Dim>Device ID</Dim>
        <span>
          {unit.deviceId === null ? 'none yet' : <CopyText text={unit.deviceId} label="device ID" />}
        </span>
        <Dim>Chip UID</Dim>
        <span>
          {unit.chipUid === null ? (
            'not read'
          ) : (
            <CopyText text={unit.chipUid} label="chip UID" shown={hex(unit.chipUid)} />
          )}
        </span>
        <Dim>Made</Dim>
        <span>
          {detail.job} · lot {unit.lot} · site {unit.site} · {detail.operator} · {dateTime(unit.at)}
          {unit.failure === null ? '' : ` · ${unit.failure}`}
        </span>
      </Ids>
    </Head>
  );
}
