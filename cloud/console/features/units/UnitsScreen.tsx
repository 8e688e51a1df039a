import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { UnitRow } from '#cloud/contract/views.ts';
import { dateTime } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { usePages } from '#cloud/console/client/use-pages.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { SearchBar } from '#cloud/console/pieces/SearchBar.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { unitLook } from '#cloud/console/pieces/words.ts';
import { BatchHead } from './BatchHead.tsx';

type Outcome = UnitRow['outcome'] | 'all';

const columns: readonly Column<UnitRow>[] = [
  {
    head: 'Outcome',
    width: '132px',
    cell: ({ outcome }) => <StateWord look={unitLook[outcome]} />,
    title: ({ failure }) => failure ?? undefined,
  },
  {
    head: 'Device ID',
    width: 'minmax(150px, 1.3fr)',
    kind: 'mono',
    cell: ({ deviceId }) => deviceId ?? '–',
    title: ({ deviceId }) => deviceId ?? undefined,
  },
  {
    head: 'Chip UID',
    width: 'minmax(150px, 1.1fr)',
    kind: 'mono',
    cell: ({ chipUid }) => chipUid ?? '–',
    title: ({ chipUid }) => chipUid ?? undefined,
  },
  { head: 'Lot', width: 'minmax(80px, 0.7fr)', cell: ({ lot }) => lot, title: ({ lot }) => lot },
  {
    head: 'Station',
    width: 'minmax(100px, 0.8fr)',
    cell: ({ station }) => station,
    title: ({ station }) => station,
  },
  { head: 'Certificate', width: '84px', cell: ({ revoked }) => (revoked ? <b>Revoked</b> : '') },
  { head: 'Time', width: '156px', cell: ({ at }) => dateTime(at) },
];

const addressOf = (id: string): string => `/units/${encodeURIComponent(id)}`;

/** Finds units by the beginning of an id, serial or lot. */
export function UnitsScreen({ batchId }: { batchId: string | null }) {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<Outcome>('all');
  const [entered, setEntered] = useState<string | null>(null);
  const batch = useQuery('batch', batchId === null ? null : { params: { id: batchId } }, 5000);
  const pages = usePages('units', {
    query: {
      text,
      ...(outcome === 'all' ? {} : { outcome }),
      ...(batchId === null ? {} : { batchId }),
    },
  });
  const [, go] = useLocation();
  const { loading, rows } = pages;
  useEffect(() => {
    // A scan ends with Enter: the one unit that it names is opened as soon as it is found.
    if (entered === null || entered === '' || entered !== text || loading) return;
    const [only, second] = rows;
    if (only && !second) go(addressOf(only.id));
  }, [entered, text, loading, rows, go]);
  return (
    <Listing
      title="Units"
      noun="unit"
      pages={pages}
      columns={columns}
      keyOf={({ id, at }) => `${id} ${at}`}
      onOpen={({ id }) => go(addressOf(id))}
      filtered={text !== '' || outcome !== 'all'}
      notice={batch.data ? <BatchHead batch={batch.data} /> : null}
      filters={
        <SearchBar label="Device ID, chip UID, serial or lot" onSearch={setText} onEnter={setEntered}>
          <Choice<Outcome>
            label="Outcome"
            value={outcome}
            options={[
              ['all', 'All'],
              ['passed', 'Pass'],
              ['failed', 'Fail'],
              ['unknown', 'Read back'],
            ]}
            onChange={setOutcome}
          />
        </SearchBar>
      }
      empty={<Empty title="No unit yet">Units appear here as stations hand over what they made.</Empty>}
      {...(batchId === null ? {} : { back: ['/batches', 'Batches'] as const })}
    />
  );
}
