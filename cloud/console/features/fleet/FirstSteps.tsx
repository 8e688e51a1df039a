import Button from '@mui/material/Button';
import { useLocation } from 'wouter';
import { Panel } from '#ui/pieces/layout.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { useMay } from '#cloud/console/client/session.ts';

/** A cloud without a station: what to do first. */
export function FirstSteps() {
  const [, go] = useLocation();
  const mayInvite = useMay('admin');
  return (
    <Panel aria-label="First steps" sx={{ padding: '24px 28px' }}>
      <Title as="h2" sx={{ fontSize: 19 }}>
        No station has joined yet
      </Title>
      <ol style={{ paddingLeft: 22, lineHeight: 1.7 }}>
        <li>Invite a station here: it gets an address and a code.</li>
        <li>On the station open Cloud, enter both, and compare the fingerprints on the two screens.</li>
        <li>What the station makes appears here; orders go the other way.</li>
      </ol>
      {mayInvite ? (
        <Button variant="contained" onClick={() => go('/stations/invite')}>
          Invite a station
        </Button>
      ) : null}
    </Panel>
  );
}
