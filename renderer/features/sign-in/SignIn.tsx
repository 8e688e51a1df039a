import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { call } from '#client/client.ts';
import { useStation } from '#client/state/station.ts';
import { signedIn } from '#client/sync.ts';
import { useAction } from '#client/use-action.ts';
import { useQuery } from '#client/use-query.ts';
import { brand } from '#ui/brand.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Mark } from '#ui/pieces/Mark.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { useScan } from '#ui/scan/use-scan.ts';
import { PeopleList } from './PeopleList.tsx';
import { PinPad } from './PinPad.tsx';
import { StationHealth } from './StationHealth.tsx';

const Page = styled('main')({
  flex: 1,
  minHeight: 0,
  overflow: 'auto',
  display: 'grid',
  gridTemplateColumns: 'minmax(360px, 460px) 340px',
  alignContent: 'center',
  justifyContent: 'center',
  gap: '28px 72px',
  padding: 24,
});
const Head = styled('div')({ display: 'flex', alignItems: 'center', gap: 16, marginBottom: 28 });
const Problem = styled('div')({ marginTop: 20 });

/** A badge is longer than any PIN; a shorter burst is somebody's fast fingers on the number pad. */
const SHORTEST_BADGE = 8;

/** Who are you: badge or PIN; which station, and is it healthy. */
export function SignIn() {
  const station = useStation((s) => s.station);
  const people = useQuery('session.people', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [pin, setPin] = useState('');
  const action = useAction();
  const enter = (work: () => ReturnType<typeof call<'session.signIn'>>) =>
    action.run(async () => {
      try {
        signedIn(await work());
      } finally {
        setPin('');
      }
    });
  useScan((text) => {
    if (text.length < SHORTEST_BADGE) return false;
    enter(() => call('session.badge', { badge: text }));
    return true;
  });
  const list = people.data?.people ?? [];
  const personId = chosen ?? list[0]?.id ?? null;
  const submit = () => {
    if (personId !== null && pin.length >= 4) enter(() => call('session.signIn', { personId, pin }));
  };
  return (
    <Page>
      <div>
        <Head>
          <Mark size={56} />
          <div>
            <Title>{station?.brand ?? brand.name}</Title>
            <Dim>{station?.name ?? brand.tagline}</Dim>
          </div>
        </Head>
        <PeopleList
          people={list}
          loading={people.loading && !people.data}
          chosen={personId}
          onChoose={setChosen}
        />
        {people.error ? <ErrorPanel error={people.error} onRetry={people.reload} /> : null}
        <StationHealth />
      </div>
      <div>
        <PinPad pin={pin} busy={action.busy} onChange={setPin} onSubmit={submit} />
        {action.error ? (
          <Problem>
            <ErrorPanel error={action.error} />
          </Problem>
        ) : null}
      </div>
    </Page>
  );
}
