import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { StationView } from '#cloud/contract/views.ts';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { TypedConfirm } from '#cloud/console/pieces/TypedConfirm.tsx';

interface Props {
  station: StationView;
  onDone: () => void;
  onClose: () => void;
}

/** Closes a station's line for good. */
export function RevokeStation({ station, onDone, onClose }: Props) {
  const [reason, setReason] = useState('');
  const action = useAction();
  const revoke = () =>
    action.run(async () => {
      await call('revokeStation', { params: { id: station.id }, body: { reason: reason.trim() } });
      onDone();
    });
  return (
    <TypedConfirm
      title={`Revoke ${station.name}`}
      expected={station.name}
      label="Name of the station"
      confirm="Revoke station"
      ready={reason.trim() !== ''}
      action={action}
      onConfirm={revoke}
      onClose={onClose}
    >
      <p style={{ marginTop: 0 }}>
        Its line closes at once and stays closed. Records and files that it sends from now on are refused. Its
        orders stay with it, but it can no longer report on them. What it handed over before, and the devices
        it made, stay as they are.
      </p>
      <p>This cannot be undone: to work here again, the station has to be invited and join anew.</p>
      <TextField
        label="Reason, for the log"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 300, autoComplete: 'off' } }}
        fullWidth
      />
    </TypedConfirm>
  );
}
