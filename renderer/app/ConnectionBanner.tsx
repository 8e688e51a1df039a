import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { reconnect } from '#client/client.ts';
import { useLine } from '#client/state/line.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';

const Banner = styled('div')(({ theme }) => ({
  flex: 'none',
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  padding: '6px 24px',
  background: theme.tokens.tone.unknown.groundFrom,
  borderBottom: `2px solid ${theme.tokens.tone.unknown.frame}`,
}));

/** Says that what is on screen may be old, and that the station goes on without it. */
export function ConnectionBanner() {
  const line = useLine((s) => s.line);
  if (line !== 'lost') return null;
  return (
    <Banner role="alert">
      <OutcomeIcon shape="offline" tone="unknown" size={24} />
      <span style={{ flex: 1 }}>
        <b>Connection to the station lost.</b> This screen shows the last known state and catches up by
        itself. Runs do not need it.
      </span>
      <Button onClick={reconnect}>Reconnect now</Button>
    </Banner>
  );
}
