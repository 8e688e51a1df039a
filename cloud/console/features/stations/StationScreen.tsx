import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { StationView } from '#cloud/contract/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Row } from '#ui/pieces/layout.tsx';
import { Title } from '#ui/pieces/text.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { useMay } from '#cloud/console/client/session.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Page } from '#cloud/console/pieces/Page.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { stationLook } from '#cloud/console/pieces/words.ts';
import { RevokeStation } from './RevokeStation.tsx';
import { StationPanels } from './StationPanels.tsx';

const EVERY = 2000;

/** What is done about a state that needs a person. */
const ADVICE: Partial<Record<StationView['state'], string>> = {
  late: 'It has not been heard of for longer than a day. Ask the people there whether it is switched on and has a line.',
  forked:
    'Two stations speak with one identity: a copied disk, or a backup that was restored while the first went on. Find out which one is real, revoke this entry and invite the real one again.',
  revoked: 'Its line is closed and stays closed. What it had handed over before stays here.',
  invited: 'It has an invitation and has not joined yet.',
};

const TONES: Partial<Record<StationView['state'], Tone>> = { late: 'unknown', forked: 'fail' };

function Trouble({ station: { state, problem } }: { station: StationView }) {
  const advice = ADVICE[state];
  return (
    <>
      {advice === undefined ? null : <Notice tone={TONES[state] ?? 'idle'}>{advice}</Notice>}
      {problem === null ? null : <Notice tone="unknown">{problem}</Notice>}
    </>
  );
}

function Actions({ station, onRevoke }: { station: StationView; onRevoke: () => void }) {
  const [, go] = useLocation();
  const admin = useMay('admin');
  const planner = useMay('planner');
  if (station.state === 'revoked') return null;
  return (
    <>
      {admin ? (
        <Button color="error" onClick={onRevoke}>
          Revoke station
        </Button>
      ) : null}
      {admin ? (
        <Button onClick={() => go(`/stations/${station.id}/invite`)}>
          {station.state === 'invited' ? 'New code' : 'Invite again'}
        </Button>
      ) : null}
      {planner && station.joinedAt !== null ? (
        <Button onClick={() => go(`/courier/write/${station.id}`)}>Write a transfer</Button>
      ) : null}
    </>
  );
}

/** One station: how it is, where its chain stands, what to do about it. */
export function StationScreen({ id }: { id: string }) {
  const query = useQuery('station', { params: { id } }, EVERY);
  const [revoking, setRevoking] = useState(false);
  return (
    <Page
      back={['/stations', 'Stations']}
      query={query}
      loading="Loading the station"
      footer={(station) => <Actions station={station} onRevoke={() => setRevoking(true)} />}
    >
      {(station) => (
        <>
          <Row sx={{ gap: '20px' }}>
            <Title>{station.name}</Title>
            <StateWord look={stationLook(station)} size={24} />
          </Row>
          <Trouble station={station} />
          <StationPanels station={station} />
          {revoking ? (
            <RevokeStation
              station={station}
              onClose={() => setRevoking(false)}
              onDone={() => {
                setRevoking(false);
                query.reload();
              }}
            />
          ) : null}
        </>
      )}
    </Page>
  );
}
