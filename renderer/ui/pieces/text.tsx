import { styled } from '@mui/material/styles';
import { MONO } from '../theme/theme.ts';

/** A quiet line beside or below the main one. */
export const Dim = styled('span')(({ theme }) => ({ color: theme.tokens.dim, fontSize: 13.5 }));

/** Ids, checksums and hex. */
export const Mono = styled('span')({
  fontFamily: MONO,
  fontSize: 13,
  letterSpacing: 0,
  overflowWrap: 'anywhere',
});

/** The small capital heading of a group. */
export const Caption = styled('h2')(({ theme }) => ({
  margin: '0 0 8px',
  color: theme.tokens.dim,
  fontSize: 12.5,
  fontWeight: 500,
  lineHeight: 1.4,
  textTransform: 'uppercase',
  letterSpacing: 0.8,
}));

/** The heading of a screen. */
export const Title = styled('h1')({
  margin: 0,
  fontSize: 22,
  fontWeight: 700,
  lineHeight: 1.25,
  letterSpacing: -0.2,
});

/** For screen readers alone. */
export const Spoken = styled('span')({
  position: 'absolute',
  width: 1,
  height: 1,
  margin: -1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
});
