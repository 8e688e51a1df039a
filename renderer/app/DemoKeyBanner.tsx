import { styled } from '@mui/material/styles';
import { useStation } from '#client/state/station.ts';

const Strip = styled('aside')(({ theme }) => ({
  flex: 'none',
  padding: '3px 24px',
  fontSize: 13,
  textAlign: 'center',
  color: theme.tokens.tone.unknown.main,
  background: theme.tokens.tone.unknown.groundTo,
  borderBottom: `1px solid ${theme.tokens.line}`,
}));

/** A station whose master key lies in a file says so on every screen. */
export function DemoKeyBanner() {
  const kind = useStation((s) => s.station?.vault.kind);
  if (kind !== 'demo-file') return null;
  return (
    <Strip aria-label="Demo key">
      <b>Demo key.</b> The master key of this station lies in a file. Make nothing for sale with it.
    </Strip>
  );
}
