import { useState } from 'react';
import type { EventRow } from '#cloud/contract/views.ts';
import { count, dateTime } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { usePages } from '#cloud/console/client/use-pages.ts';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { SearchBar } from '#cloud/console/pieces/SearchBar.tsx';

const columns: readonly Column<EventRow>[] = [
  { head: 'No.', width: '76px', kind: 'number', cell: ({ sequence }) => count(sequence) },
  { head: 'Time', width: '156px', cell: ({ at }) => dateTime(at) },
  { head: 'Who', width: 'minmax(110px, 0.7fr)', cell: ({ actor }) => actor, title: ({ actor }) => actor },
  {
    head: 'What',
    width: 'minmax(140px, 0.8fr)',
    kind: 'mono',
    cell: ({ action }) => action,
    title: ({ action }) => action,
  },
  {
    head: 'On',
    width: 'minmax(130px, 1fr)',
    kind: 'mono',
    cell: ({ subject }) => subject,
    title: ({ subject }) => subject,
  },
  {
    head: 'Detail',
    width: 'minmax(150px, 1.4fr)',
    cell: ({ detail }) => detail,
    title: ({ detail }) => detail,
  },
];

/** What was done here, by whom; nothing can be taken out of it. */
export function LogScreen() {
  const [text, setText] = useState('');
  const pages = usePages('events', { query: { text } });
  return (
    <Listing
      title="Log"
      noun="entry"
      nouns="entries"
      pages={pages}
      columns={columns}
      keyOf={({ sequence }) => String(sequence)}
      filtered={text !== ''}
      filters={<SearchBar label="Who, what or on what" onSearch={setText} />}
      empty={<Empty title="Nothing was done here yet" />}
    />
  );
}
