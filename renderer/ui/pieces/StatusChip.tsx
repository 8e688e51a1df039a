import { styled, useTheme } from '@mui/material/styles';
import type { ReactNode } from 'react';
import type { Tone } from '../theme/tokens.ts';

const Pill = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  gap: 8,
  minHeight: 34,
  padding: '0 13px',
  borderRadius: 999,
  background: theme.tokens.raised,
  border: `1px solid ${theme.tokens.line}`,
  fontSize: 13,
  whiteSpace: 'nowrap',
  minWidth: 0,
}));
/** Ends in dots where the row has no room for all of it. */
const Words = styled('span')({ minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' });
const Dot = styled('span')({ width: 8, height: 8, borderRadius: '50%', flex: 'none' });

/** A small fact in the header: a dot in the colour of its state, and words that say the same. */
export function StatusChip({ tone, children }: { tone?: Tone; children: ReactNode }) {
  const { tokens } = useTheme();
  return (
    <Pill>
      {tone ? <Dot style={{ background: tokens.tone[tone].main }} /> : null}
      <Words>{children}</Words>
    </Pill>
  );
}
