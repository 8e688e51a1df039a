import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';

const List = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '7px 20px',
  margin: 0,
  fontSize: 14.5,
  '& dt': { color: theme.tokens.dim },
  // Proportional again: tabular figures tear the hyphens of a date apart.
  '& dd': { margin: 0, overflowWrap: 'anywhere', fontVariantNumeric: 'normal' },
}));

/** Named facts, one a line; those that are null are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <List>
      {facts.map((fact) =>
        fact === null ? null : (
          <div key={fact[0]} style={{ display: 'contents' }}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </List>
  );
}
