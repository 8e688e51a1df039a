import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { OnboardingTargetView } from '#contract/sync.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { count } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';

interface Props {
  target: OnboardingTargetView;
  onClose: () => void;
  onDone: () => void;
}

/** For a broker that lost its state: asked for once, because it may take long. */
export function RegisterAgain({ target, onClose, onDone }: Props) {
  const action = useAction();
  const { registered, revoked } = target.counts;
  const again = () =>
    action.run(async () => {
      await call('onboarding.again', { id: target.id });
      onDone();
      onClose();
    });
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="again-title">
      <DialogTitle id="again-title">Register all again at {target.name}?</DialogTitle>
      <DialogContent>
        <Stack sx={{ gap: 4 }}>
          <div>
            For a broker that was set up anew or lost what it knew. All {count(registered)} registered devices
            are made known there once more, and {count(revoked)} revoked ones thrown out first. What the
            broker still knows stays as it is; with thousands of devices it takes minutes.
          </div>
          {action.error ? <ErrorPanel error={action.error} /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Go back</Button>
        <Button variant="contained" disabled={action.busy} onClick={again}>
          Register all again
        </Button>
      </DialogActions>
    </Dialog>
  );
}
