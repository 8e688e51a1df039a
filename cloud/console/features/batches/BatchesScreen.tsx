import { useState } from 'react';
import { useLocation } from 'wouter';
import type { BatchRow } from '#cloud/contract/views.ts';
import { count, dateTime, percent } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { usePages } from '#cloud/console/client/use-pages.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { SearchBar } from '#cloud/console/pieces/SearchBar.tsx';
import { Strong } from '#cloud/console/pieces/Strong.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { batchLook } from '#cloud/console/pieces/words.ts';

type State = BatchRow['state'] | 'all';

function yieldOf({ made, failed }: BatchRow): string {
  return percent(made + failed === 0 ? null : made / (made + failed));
}

const columns: readonly Column<BatchRow>[] = [
  { head: 'State', width: '100px', cell: ({ state }) => <StateWord look={batchLook[state]} /> },
  {
    head: 'Job and lot',
    width: 'minmax(170px, 1.4fr)',
    cell: ({ jobName, jobRevision, lot }) => (
      <>
        <Strong>{jobName}</Strong> rev {jobRevision}
        <br />
        <Dim>lot {lot}</Dim>
      </>
    ),
    title: ({ jobName, jobId, lot }) => `${jobName} (${jobId}), lot ${lot}`,
  },
  {
    head: 'Station',
    width: 'minmax(110px, 1fr)',
    cell: ({ station }) => station,
    title: ({ station }) => station,
  },
  {
    head: 'Made / ordered',
    width: '124px',
    kind: 'number',
    cell: ({ made, quantity }) => `${count(made)} / ${count(quantity)}`,
  },
  { head: 'Yield', width: '72px', kind: 'number', cell: yieldOf },
  { head: 'Failed', width: '60px', kind: 'number', cell: ({ failed }) => count(failed) },
  { head: 'Read back', width: '82px', kind: 'number', cell: ({ unknown }) => count(unknown) },
  { head: 'Opened', width: '136px', cell: ({ openedAt }) => dateTime(openedAt).slice(0, 16) },
];

interface Props {
  /** Only of one station. */
  stationId: string | null;
}

/** Batches of all stations, newest first. */
export function BatchesScreen({ stationId }: Props) {
  const [text, setText] = useState('');
  const [state, setState] = useState<State>('all');
  const asked = state === 'paused' ? 'open' : state;
  const pages = usePages('batches', {
    query: { text, state: asked, ...(stationId === null ? {} : { stationId }) },
  });
  const [, go] = useLocation();
  return (
    <Listing
      title={stationId === null ? 'Batches' : 'Batches of a station'}
      noun="batch"
      {...(stationId === null ? {} : { back: [`/stations/${stationId}`, 'Station'] as const })}
      nouns="batches"
      pages={pages}
      columns={columns}
      keyOf={({ id }) => id}
      onOpen={({ id }) => go(`/units/batch/${id}`)}
      filtered={text !== '' || state !== 'all'}
      filters={
        <SearchBar label="Lot, traveller or job" onSearch={setText}>
          <Choice<State>
            label="State"
            value={state}
            options={[
              ['all', 'All'],
              ['open', 'Open'],
              ['closed', 'Closed'],
            ]}
            onChange={setState}
          />
        </SearchBar>
      }
      empty={
        <Empty title="No batch yet">A batch appears here once a station has opened it and synced.</Empty>
      }
    />
  );
}
