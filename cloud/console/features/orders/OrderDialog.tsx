import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useState } from 'react';
import type { OrderView } from '#cloud/contract/views.ts';
import { count, dateTime } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';
import { orderLook } from '#cloud/console/pieces/words.ts';
import { WithdrawOrder } from './WithdrawOrder.tsx';

interface Props {
  order: OrderView;
  onClose: () => void;
  onChanged: () => void;
}

/** One order, and taking back what is left of it. */
export function OrderDialog({ order, onClose, onChanged }: Props) {
  const [withdrawing, setWithdrawing] = useState(false);
  const mayWithdraw = useMay('planner') && (order.state === 'waiting' || order.state === 'applied');
  if (withdrawing)
    return (
      <WithdrawOrder
        order={order}
        onClose={() => setWithdrawing(false)}
        onDone={() => {
          onClose();
          onChanged();
        }}
      />
    );
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="order-title">
      <DialogTitle id="order-title">Order {order.number}</DialogTitle>
      <DialogContent>
        <Stack>
          <StateWord look={orderLook[order.state]} size={24} />
          {order.reason === null ? null : (
            <Notice tone={order.state === 'refused' ? 'fail' : 'idle'}>{order.reason}</Notice>
          )}
          <Facts
            facts={[
              ['Job', `${order.jobName} (${order.jobId}) rev ${order.revision}`],
              ['Station', <TextLink href={`/stations/${order.stationId}`}>{order.station}</TextLink>],
              ['Allowance', `${count(order.allowance)} units, ${count(order.used)} used`],
              ['Placed', `${dateTime(order.createdAt)} by ${order.createdBy}`],
            ]}
          />
        </Stack>
      </DialogContent>
      <DialogActions>
        {mayWithdraw ? (
          <Button color="error" onClick={() => setWithdrawing(true)}>
            Withdraw what is left
          </Button>
        ) : null}
        <Button variant="contained" onClick={onClose} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
