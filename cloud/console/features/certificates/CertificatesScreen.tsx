import { useState } from 'react';
import { useLocation } from 'wouter';
import type { CertificateRow } from '#cloud/contract/views.ts';
import { dateTime } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { usePages } from '#cloud/console/client/use-pages.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { SearchBar } from '#cloud/console/pieces/SearchBar.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { certificateLook } from '#cloud/console/pieces/words.ts';
import { CrlNotice } from './CrlNotice.tsx';

type State = CertificateRow['state'] | 'all';

const dayOf = (instant: string): string =>
  instant.startsWith('9999') ? 'No end' : dateTime(instant).slice(0, 10);

const columns: readonly Column<CertificateRow>[] = [
  { head: 'State', width: '106px', cell: ({ state }) => <StateWord look={certificateLook[state]} /> },
  {
    head: 'Device ID',
    width: 'minmax(140px, 1fr)',
    kind: 'mono',
    cell: ({ deviceId }) => deviceId ?? '–',
    title: ({ deviceId }) => deviceId ?? undefined,
  },
  {
    head: 'Serial',
    width: 'minmax(150px, 1fr)',
    kind: 'mono',
    cell: ({ serial }) => serial,
    title: ({ serial }) => serial,
  },
  {
    head: 'Fingerprint',
    width: 'minmax(150px, 1fr)',
    kind: 'mono',
    cell: ({ fingerprint }) => fingerprint,
    title: ({ fingerprint }) => fingerprint,
  },
  { head: 'Station', width: 'minmax(100px, 0.8fr)', cell: ({ station }) => station ?? '–' },
  { head: 'From', width: '92px', cell: ({ notBefore }) => dayOf(notBefore) },
  { head: 'Until', width: '92px', cell: ({ notAfter }) => dayOf(notAfter) },
];

/** Finds certificates by the beginning of fingerprint, serial or device id. */
export function CertificatesScreen() {
  const [text, setText] = useState('');
  const [state, setState] = useState<State>('all');
  const pages = usePages('certificates', { query: { text, state } });
  const [, go] = useLocation();
  return (
    <Listing
      title="Certificates"
      noun="certificate"
      pages={pages}
      columns={columns}
      keyOf={({ fingerprint }) => fingerprint}
      onOpen={({ fingerprint }) => go(`/certificates/${fingerprint}`)}
      filtered={text !== '' || state !== 'all'}
      filters={
        <SearchBar label="Fingerprint, serial or device ID" onSearch={setText}>
          <Choice<State>
            label="State"
            value={state}
            options={[
              ['all', 'All'],
              ['active', 'Active'],
              ['revoked', 'Revoked'],
            ]}
            onChange={setState}
          />
        </SearchBar>
      }
      notice={<CrlNotice />}
      empty={<Empty title="No certificate yet">Certificates come with the units they were issued for.</Empty>}
    />
  );
}
