import { styled } from '@mui/material/styles';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import type { Look } from './words.ts';

const Word = styled('span', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(
  ({ theme, tone }) => ({
    display: 'inline-flex',
    alignItems: 'center',
    gap: 9,
    verticalAlign: 'middle',
    fontWeight: 650,
    whiteSpace: 'nowrap',
    color: theme.tokens.tone[tone].main,
  }),
);

/** A state as shape, colour and word. */
export function StateWord({ look, size = 20 }: { look: Look; size?: number }) {
  return (
    <Word tone={look.tone}>
      <OutcomeIcon shape={look.shape} tone={look.tone} size={size} fraction={0.3} />
      {look.word}
    </Word>
  );
}
