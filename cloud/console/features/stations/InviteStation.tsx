import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { InvitationView, StationView } from '#cloud/contract/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { BackButton } from '#cloud/console/pieces/BackButton.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Scroll, Spring, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import { InvitationCard } from './InvitationCard.tsx';
import { JoinByFile } from './JoinByFile.tsx';
import { Joined } from './Joined.tsx';

const Body = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
});

interface FormProps {
  again: { name: string; courier: boolean } | null;
  name: string;
  courier: boolean;
  onName: (name: string) => void;
  onCourier: (courier: boolean) => void;
}

function Form({ again, name, courier, onName, onCourier }: FormProps) {
  return (
    <Panel aria-label="Station" sx={{ maxWidth: 720 }}>
      <Stack sx={{ gap: '18px' }}>
        {again ? (
          <div>
            {again.name} gets a new code. An older one stops working. If the station had joined before, its
            old certificate ends when it joins again.
          </div>
        ) : (
          <TextField
            label="Name of the station"
            value={name}
            onChange={(event) => onName(event.target.value)}
            helperText="As people on site call it: place and line"
            autoFocus
            fullWidth
            slotProps={{ htmlInput: { maxLength: 120, autoComplete: 'off' } }}
          />
        )}
        {again ? null : (
          <div>
            <Caption>Its way here</Caption>
            <Choice
              label="Its way here"
              value={courier ? 'courier' : 'line'}
              options={[
                ['line', 'Network'],
                ['courier', 'Courier, never a network'],
              ]}
              onChange={(way) => onCourier(way === 'courier')}
            />
            <p style={{ margin: '10px 0 0' }}>
              <Dim>
                {courier
                  ? 'Invitation, records and orders travel as sealed files on a stick.'
                  : 'The station reaches this cloud over the network, all the time or now and then.'}
              </Dim>
            </p>
          </div>
        )}
      </Stack>
    </Panel>
  );
}

/** The station once it has joined by this invitation, looked for every two seconds. */
function useJoined(invitation: InvitationView | null, before: string | null): StationView | null {
  const request = invitation === null ? null : { params: { id: invitation.stationId } };
  const { data } = useQuery('station', request, 2000);
  return data !== null && data.keyFingerprint !== null && data.keyFingerprint !== before ? data : null;
}

/** Invites a station, or invites it again, and stays until it has joined. */
export function InviteStation({ id }: { id: string | null }) {
  const known = useQuery('station', id === null ? null : { params: { id } });
  const [name, setName] = useState('');
  const [courier, setCourier] = useState(false);
  const [invitation, setInvitation] = useState<InvitationView | null>(null);
  const action = useAction();
  const [, go] = useLocation();
  const invite = () =>
    action.run(async () =>
      setInvitation(
        id === null
          ? await call('inviteStation', { body: { name: name.trim(), courier } })
          : await call('reinviteStation', { params: { id } }),
      ),
    );
  const joined = useJoined(invitation, known.data?.keyFingerprint ?? null);
  const goesByCourier = known.data?.courier ?? courier;
  const ready = id === null ? name.trim() !== '' : known.data !== null;
  return (
    <PageFrame
      footer={
        <>
          <BackButton to="/stations" word="Stations" />
          <Spring />
          {invitation === null ? (
            <Button variant="contained" disabled={!ready || action.busy} onClick={invite}>
              Make the invitation
            </Button>
          ) : null}
          {invitation !== null && joined === null ? <Dim>The code is shown only here, only now.</Dim> : null}
          {joined ? (
            <Button variant="contained" onClick={() => go(`/stations/${joined.id}`)}>
              They are the same
            </Button>
          ) : null}
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="Content">
        <Title>{invitation?.name ?? known.data?.name ?? 'Invite a station'}</Title>
        {known.error ? <ErrorPanel error={known.error} onRetry={known.reload} /> : null}
        {action.error ? <ErrorPanel error={action.error} /> : null}
        {joined ? <Joined station={joined} /> : null}
        {invitation && joined === null ? (
          <InvitationCard invitation={invitation} courier={goesByCourier} />
        ) : null}
        {invitation && goesByCourier ? <JoinByFile /> : null}
        {invitation ? null : (
          <Form
            again={id === null ? null : (known.data ?? { name: 'The station', courier: false })}
            name={name}
            courier={courier}
            onName={setName}
            onCourier={setCourier}
          />
        )}
      </Body>
    </PageFrame>
  );
}
