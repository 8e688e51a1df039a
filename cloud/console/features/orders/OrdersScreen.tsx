import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { OrderView } from '#cloud/contract/views.ts';
import { count, dateTime } from '#ui/format.ts';
import { Empty } from '#ui/pieces/states.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { usePages } from '#cloud/console/client/use-pages.ts';
import type { Column } from '#cloud/console/pieces/DataGrid.tsx';
import { Listing } from '#cloud/console/pieces/Listing.tsx';
import { Strong } from '#cloud/console/pieces/Strong.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { orderLook } from '#cloud/console/pieces/words.ts';
import { OrderDialog } from './OrderDialog.tsx';

const columns: readonly Column<OrderView>[] = [
  { head: 'State', width: '150px', cell: ({ state }) => <StateWord look={orderLook[state]} /> },
  {
    head: 'Order',
    width: 'minmax(110px, 0.8fr)',
    cell: ({ number }) => <Strong>{number}</Strong>,
    title: ({ number }) => number,
  },
  {
    head: 'Job',
    width: 'minmax(130px, 1fr)',
    cell: ({ jobName, revision }) => `${jobName} rev ${revision}`,
    title: ({ jobName, jobId }) => `${jobName} (${jobId})`,
  },
  {
    head: 'Station',
    width: 'minmax(110px, 1fr)',
    cell: ({ station }) => station,
    title: ({ station }) => station,
  },
  {
    head: 'Used / allowed',
    width: '130px',
    kind: 'number',
    cell: ({ used, allowance }) => `${count(used)} / ${count(allowance)}`,
  },
  { head: 'By', width: 'minmax(80px, 0.7fr)', cell: ({ createdBy }) => createdBy },
  { head: 'Placed', width: '136px', cell: ({ createdAt }) => dateTime(createdAt).slice(0, 16) },
];

/** Orders to stations, newest first. */
export function OrdersScreen() {
  const pages = usePages('orders', {});
  const [open, setOpen] = useState<OrderView | null>(null);
  const mayOrder = useMay('planner');
  const [, go] = useLocation();
  return (
    <>
      <Listing
        title="Orders"
        noun="order"
        pages={pages}
        columns={columns}
        keyOf={({ id }) => id}
        onOpen={setOpen}
        empty={<Empty title="No order yet">An order is a job with an allowance for one station.</Empty>}
        footer={
          mayOrder ? (
            <Button variant="contained" onClick={() => go('/orders/new')}>
              New order
            </Button>
          ) : null
        }
      />
      {open ? (
        <OrderDialog
          order={pages.rows.find(({ id }) => id === open.id) ?? open}
          onClose={() => setOpen(null)}
          onChanged={pages.reload}
        />
      ) : null}
    </>
  );
}
