import { styled } from '@mui/material/styles';

/** Terms and their values, as a narrow table. */
export const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '6px 16px',
  alignItems: 'baseline',
  margin: 0,
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': {
    margin: 0,
    fontWeight: 600,
    textAlign: 'right',
    overflowWrap: 'anywhere',
    fontVariantNumeric: 'normal',
  },
}));

/** A value that asks for attention, told by its words as well. */
export const Warned = styled('span')(({ theme }) => ({ color: theme.tokens.tone.unknown.main }));
