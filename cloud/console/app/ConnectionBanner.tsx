import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { reconnect, useLine } from '../client/line.ts';

const Banner = styled('div')(({ theme }) => ({
  flex: 'none',
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  padding: '6px 24px',
  background: theme.tokens.tone.unknown.groundFrom,
  borderBottom: `2px solid ${theme.tokens.tone.unknown.frame}`,
}));

/** Says that what is on screen may be old, and that stations do not mind. */
export function ConnectionBanner() {
  const line = useLine((s) => s.line);
  if (line !== 'lost') return null;
  return (
    <Banner role="alert">
      <OutcomeIcon shape="offline" tone="unknown" size={24} />
      <span style={{ flex: 1 }}>
        <b>The cloud does not answer.</b> This window shows what was last known and catches up by itself.
        Stations go on without it.
      </span>
      <Button onClick={reconnect}>Try now</Button>
    </Banner>
  );
}
