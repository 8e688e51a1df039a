import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { OutcomeIcon } from '../outcome/OutcomeIcon.tsx';
import type { Shape } from '../outcome/outcome.ts';
import type { Tone } from '../theme/tokens.ts';

const Box = styled('div', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(({
  theme,
  tone,
}) => {
  const colors = theme.tokens.tone[tone];
  return {
    display: 'flex',
    gap: 14,
    padding: '14px 16px',
    borderRadius: 10,
    border: `${theme.tokens.frameWidth > 2 ? 2 : 1}px solid ${colors.frame}`,
    background: `linear-gradient(${colors.groundFrom}, ${colors.groundTo})`,
  };
});
const SHAPES: Record<Tone, Shape> = {
  run: 'ring',
  pass: 'circle',
  fail: 'octagon',
  unknown: 'warning',
  idle: 'dashed',
};

interface Props {
  tone: Tone;
  role?: 'alert' | 'status';
  children: ReactNode;
}

/** Something the person has to know, in the tone of its outcome. */
export function Notice({ tone, role, children }: Props) {
  return (
    <Box tone={tone} role={role}>
      <OutcomeIcon shape={SHAPES[tone]} tone={tone} size={24} />
      <div style={{ minWidth: 0, flex: 1 }}>{children}</div>
    </Box>
  );
}
