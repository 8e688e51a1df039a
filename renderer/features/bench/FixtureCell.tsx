import { styled } from '@mui/material/styles';

/** One place of the fixture, seen from above. */
export const FixtureCell = styled('button')(({ theme }) => ({
  position: 'relative',
  minWidth: 0,
  minHeight: 76,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 2,
  padding: 0,
  borderRadius: 12,
  border: `2px dashed ${theme.tokens.edge}`,
  background: 'transparent',
  color: theme.tokens.dim,
  font: 'inherit',
  fontSize: 15,
  cursor: 'pointer',
  '&[data-site]': {
    borderStyle: 'solid',
    background: theme.tokens.raised,
    color: theme.tokens.text,
    fontSize: 20,
    fontWeight: 750,
  },
  // What a finger moves must not scroll the page.
  '&[data-hold="bound"], &[data-hold="unbound"]': { touchAction: 'none', cursor: 'grab' },
  '&[data-hold="virtual"]': { cursor: 'default', borderColor: theme.tokens.line },
  '&[data-dragged="true"]': { zIndex: 1, cursor: 'grabbing', opacity: 0.85 },
  '&[data-over="true"]': { borderColor: theme.tokens.tone.run.main, borderStyle: 'solid' },
  '& small': { fontSize: 12.5, fontWeight: 500, color: theme.tokens.dim },
}));

/** A label that is being typed, with the place of the next key. */
export const Typed = styled('span')(({ theme }) => ({
  fontSize: 20,
  fontWeight: 750,
  color: theme.tokens.text,
  borderBottom: `3px solid ${theme.tokens.tone.run.main}`,
}));

/** Letters and numbers at the edges of the fixture. */
export const Edge = styled('span')(({ theme }) => ({
  display: 'grid',
  placeItems: 'center',
  color: theme.tokens.dim,
  fontSize: 13,
}));
