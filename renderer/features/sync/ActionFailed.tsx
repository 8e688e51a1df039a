import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { Action } from '#client/use-action.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';

/** A failure of a button that has no place of its own on the screen. */
export function ActionFailed({ action }: { action: Action }) {
  if (action.error === null) return null;
  return (
    <Dialog open onClose={action.clear} maxWidth="sm" fullWidth aria-labelledby="failed-title">
      <DialogTitle id="failed-title">That did not work</DialogTitle>
      <DialogContent>
        <ErrorPanel error={action.error} details />
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={action.clear} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
