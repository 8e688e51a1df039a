import { styled } from '@mui/material/styles';
import { MONO } from '../theme/theme.ts';

const Grid = styled('div')({
  display: 'inline-grid',
  gridTemplateColumns: 'repeat(8, max-content)',
  gap: '6px 14px',
  fontFamily: MONO,
  fontSize: 25,
  lineHeight: 1.35,
  letterSpacing: 1,
});
const Group = styled('span')(({ theme }) => ({
  padding: '0 6px',
  borderRadius: 6,
  borderBottom: '3px solid transparent',
  '&[data-checked="true"]': {
    color: theme.tokens.tone.pass.main,
    borderBottomColor: theme.tokens.tone.pass.main,
  },
}));

/** Four hexadecimal digits at a time: what an eye carries from one screen to another. */
export const fingerprintGroups = (hex: string): string[] => hex.toUpperCase().match(/.{1,4}/g) ?? [];

interface Props {
  hex: string;
  label: string;
  /** How many of the leading digits a machine has compared already. */
  checked?: number;
}

/** A fingerprint as large as comparing asks for: two rows of eight groups of four, as on the cloud’s console. */
export function Fingerprint({ hex, label, checked = 0 }: Props) {
  return (
    <Grid role="group" aria-label={label}>
      {fingerprintGroups(hex).map((group, index) => (
        <Group key={index} data-checked={(index + 1) * 4 <= checked}>
          {group}
        </Group>
      ))}
    </Grid>
  );
}
