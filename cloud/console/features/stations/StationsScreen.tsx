import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { StationView } from '#cloud/contract/views.ts';
import { useWallClock } from '#ui/clock.ts';
import { count } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { usePages } from '#cloud/console/client/use-pages.ts';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { SearchBar } from '#cloud/console/pieces/SearchBar.tsx';
import { Strong } from '#cloud/console/pieces/Strong.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { agoText, stationLook } from '#cloud/console/pieces/words.ts';
import { clockText, endText, waitingText } from './station-text.ts';

const columns = (now: number): readonly Column<StationView>[] => [
  { head: 'State', width: '126px', cell: (row) => <StateWord look={stationLook(row)} /> },
  {
    head: 'Station',
    width: 'minmax(140px, 1.2fr)',
    cell: ({ name }) => <Strong>{name}</Strong>,
    title: ({ name }) => name,
  },
  {
    head: 'Last contact',
    width: '104px',
    cell: ({ lastContact }) => (lastContact === null ? '–' : agoText(lastContact, now)),
  },
  {
    head: 'Waiting there',
    width: 'minmax(130px, 1fr)',
    cell: (row) => waitingText(row, now),
    title: (row) => waitingText(row, now),
  },
  { head: 'Units', width: '70px', kind: 'number', cell: ({ units }) => count(units) },
  { head: 'Certificate ends', width: '106px', cell: (row) => endText(row.certificateEnds, now) },
  { head: 'Clock', width: '84px', cell: (row) => clockText(row.clockOffset) },
  {
    head: 'Problem',
    width: 'minmax(160px, 1.4fr)',
    cell: ({ problem }) => problem ?? '–',
    title: ({ problem }) => problem ?? undefined,
  },
];

const nothing = (
  <Empty title="No station yet">An administrator invites one; it joins with an address and a code.</Empty>
);

/** Every station with how it is and when it was last heard. */
export function StationsScreen() {
  const [text, setText] = useState('');
  const pages = usePages('stations', { query: { text } });
  const mayInvite = useMay('admin');
  const now = useWallClock();
  const [, go] = useLocation();
  return (
    <Listing
      title="Stations"
      noun="station"
      pages={pages}
      columns={columns(now)}
      keyOf={({ id }) => id}
      onOpen={({ id }) => go(`/stations/${id}`)}
      filtered={text !== ''}
      filters={<SearchBar label="Name of a station" onSearch={setText} />}
      empty={nothing}
      footer={
        mayInvite ? (
          <Button variant="contained" onClick={() => go('/stations/invite')}>
            Invite a station
          </Button>
        ) : null
      }
    />
  );
}
