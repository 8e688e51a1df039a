import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { OrderView } from '#cloud/contract/views.ts';
import { count } from '#ui/format.ts';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { TypedConfirm } from '#cloud/console/pieces/TypedConfirm.tsx';

interface Props {
  order: OrderView;
  onDone: () => void;
  onClose: () => void;
}

/** Takes back the part of an allowance that is not used. */
export function WithdrawOrder({ order, onDone, onClose }: Props) {
  const [reason, setReason] = useState('');
  const action = useAction();
  const left = Math.max(0, order.allowance - order.used);
  const withdraw = () =>
    action.run(async () => {
      await call('withdrawOrder', { params: { id: order.id }, body: { reason: reason.trim() } });
      onDone();
    });
  return (
    <TypedConfirm
      title={`Withdraw order ${order.number}`}
      expected={order.number}
      label="Number of the order"
      confirm="Withdraw order"
      ready={reason.trim() !== ''}
      action={action}
      onConfirm={withdraw}
      onClose={onClose}
    >
      <p style={{ marginTop: 0 }}>
        {order.station} makes no further unit of it once it has heard of this: at its next contact, or by the
        next transfer. By what is known here {count(left)} of {count(order.allowance)} are left; units made
        until then stay made.
      </p>
      <TextField
        label="Reason, for the station and the log"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 300, autoComplete: 'off' } }}
        fullWidth
      />
    </TypedConfirm>
  );
}
