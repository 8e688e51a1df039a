import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { reconnect } from '#client/client.ts';
import { useLine } from '#client/state/line.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';

const Page = styled('main')({
  height: '100%',
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 16,
  padding: 24,
  textAlign: 'center',
  '& p': { margin: 0, maxWidth: 560, fontSize: 16, lineHeight: 1.5 },
});

/** The station was started again or ended this window's pass: what is on screen would only grow old, so it goes. */
export function Disowned() {
  const told = useLine((s) => s.told);
  const [first] = useState(told);
  return (
    <Page>
      <OutcomeIcon shape="offline" tone="unknown" size={56} />
      <div role="alert">
        <Title>This window no longer belongs to the station</Title>
      </div>
      <p>
        The station was started again since this window was opened. The batch and what was made are safe in
        the station.
      </p>
      <p>
        <b>Open the fresh link that the station printed.</b> For another one press Enter in the terminal that
        runs the station, or ask an engineer to.
      </p>
      <Button variant="contained" onClick={reconnect}>
        Try again
      </Button>
      <Dim role="status">{told > first ? 'The station still does not know this window.' : ''}</Dim>
    </Page>
  );
}
