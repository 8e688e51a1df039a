import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { OnboardingTargetView } from '#contract/sync.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { count } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';

interface Props {
  target: OnboardingTargetView;
  onClose: () => void;
  onRemoved: () => void;
}

/** Forgets a target once its name is typed: a slip of the hand must not do it. */
export function RemoveTarget({ target, onClose, onRemoved }: Props) {
  const [typed, setTyped] = useState('');
  const action = useAction();
  const remove = () =>
    action.run(async () => {
      await call('onboarding.remove', { id: target.id });
      onRemoved();
      onClose();
    });
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="remove-title">
      <DialogTitle id="remove-title">Remove {target.name}?</DialogTitle>
      <DialogContent>
        <Stack sx={{ gap: 4 }}>
          <div>
            The station makes no more devices known there and forgets its password. The{' '}
            {count(target.counts.registered)} devices that the broker knows stay known there. New revocations
            no longer reach it. <b>This cannot be undone.</b>
          </div>
          <TextField
            autoFocus
            label={`Type the name: ${target.name}`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
          />
          {action.error ? <ErrorPanel error={action.error} /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Go back</Button>
        <Button
          variant="contained"
          color="error"
          disabled={typed.trim() !== target.name || action.busy}
          onClick={remove}
        >
          Remove
        </Button>
      </DialogActions>
    </Dialog>
  );
}
