import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { call } from '#client/client.ts';
import { putSync } from '#client/state/sync.ts';
import { useAction } from '#client/use-action.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';

/** Shorter is no reason that anybody understands a year later. */
const SHORTEST_REASON = 8;

/** The officer's decision to go on after a restored backup: it stands in the audit log with its reason. */
export function GoOnDialog({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState('');
  const action = useAction();
  const goOn = () =>
    action.run(async () => {
      putSync(await call('sync.goOn', { reason: reason.trim() }));
      onClose();
    });
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="go-on-title">
      <DialogTitle id="go-on-title">Go on with this station?</DialogTitle>
      <DialogContent>
        <Stack sx={{ gap: 4 }}>
          <div>
            Only if no other station works under this name. From then on it has a chain of its own; units that
            only the cloud knows cannot come back to this station. <b>This cannot be undone.</b>
          </div>
          <TextField
            autoFocus
            label="Reason, for the audit log"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            slotProps={{ htmlInput: { maxLength: 120, autoComplete: 'off' } }}
          />
          {action.error ? <ErrorPanel error={action.error} /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Go back</Button>
        <Button
          variant="contained"
          color="error"
          disabled={reason.trim().length < SHORTEST_REASON || action.busy}
          onClick={goOn}
        >
          Go on with this station
        </Button>
      </DialogActions>
    </Dialog>
  );
}
