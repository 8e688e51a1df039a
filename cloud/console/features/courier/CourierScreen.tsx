import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { TransferRow } from '#cloud/contract/views.ts';
import { bytes, count, dateTime } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { usePages } from '#cloud/console/client/use-pages.ts';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { transferLook } from '#cloud/console/pieces/words.ts';
import { DropZone } from './DropZone.tsx';
import { TransferDialog } from './TransferDialog.tsx';
import { detailText } from './transfer-text.ts';

const columns: readonly Column<TransferRow>[] = [
  { head: 'State', width: '138px', cell: ({ state }) => <StateWord look={transferLook[state]} /> },
  {
    head: 'Way',
    width: '100px',
    cell: ({ direction }) => (direction === 'up' ? 'From station' : 'To station'),
  },
  {
    head: 'Station',
    width: 'minmax(110px, 1fr)',
    cell: ({ station }) => station,
    title: ({ station }) => station,
  },
  { head: 'Number', width: '68px', kind: 'number', cell: ({ number }) => count(number) },
  { head: 'Parts', width: '52px', kind: 'number', cell: ({ parts }) => count(parts) },
  { head: 'Size', width: '84px', kind: 'number', cell: (row) => bytes(row.bytes) },
  { head: 'What about it', width: 'minmax(150px, 1.4fr)', cell: detailText, title: detailText },
  { head: 'Time', width: '136px', cell: ({ at }) => dateTime(at).slice(0, 16) },
];

/** Transfers by stick, both ways; sealed files are taken in here. */
export function CourierScreen() {
  const pages = usePages('transfers', {});
  const [open, setOpen] = useState<TransferRow | null>(null);
  const mayAct = useMay('planner');
  const [, go] = useLocation();
  return (
    <>
      <Listing
        title="Courier"
        noun="transfer"
        pages={pages}
        columns={columns}
        keyOf={({ id }) => id}
        onOpen={setOpen}
        notice={mayAct ? <DropZone onTaken={pages.reload} /> : null}
        empty={
          <Empty title="No transfer yet">
            Sealed files carry records in and orders out for stations without a network.
          </Empty>
        }
        footer={
          mayAct ? (
            <Button variant="contained" onClick={() => go('/courier/write')}>
              Write a transfer
            </Button>
          ) : null
        }
      />
      {open ? <TransferDialog transfer={open} onClose={() => setOpen(null)} /> : null}
    </>
  );
}
