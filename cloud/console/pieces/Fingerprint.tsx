import { styled } from '@mui/material/styles';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { MONO } from '#ui/theme/theme.ts';

const Grid = styled('div', { shouldForwardProp: (prop) => prop !== 'large' })<{ large: boolean }>(
  ({ theme, large }) => ({
    display: 'grid',
    gridTemplateColumns: 'repeat(8, max-content)',
    gap: large ? '8px 14px' : '4px 10px',
    width: 'max-content',
    padding: large ? '14px 18px' : '10px 14px',
    borderRadius: 10,
    background: theme.tokens.ground,
    border: `1px solid ${theme.tokens.line}`,
    fontFamily: MONO,
    fontSize: large ? 17 : 14,
    letterSpacing: 0.5,
  }),
);

/** SHA-256 in sixteen groups of four, for people to compare group by group with another screen. */
export function Fingerprint({
  value,
  label,
  large = false,
}: {
  value: string;
  label: string;
  large?: boolean;
}) {
  const groups = value.toUpperCase().match(/.{1,4}/g) ?? [];
  return (
    <div>
      <Grid large={large} role="img" aria-label={`${label} ${groups.join(' ')}`}>
        {groups.map((group, index) => (
          <span key={index}>{group}</span>
        ))}
      </Grid>
      <div style={{ marginTop: 6 }}>
        <CopyText text={value} label={label} shown="Copy" />
      </div>
    </div>
  );
}
