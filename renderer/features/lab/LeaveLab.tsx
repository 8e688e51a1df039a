import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { Leaving } from '#ui/leave-guard.ts';

interface Props {
  site: string;
  busy: boolean;
  leaving: Leaving;
  onGiveBack: (then: () => void) => Promise<void>;
}

/** A site that is forgotten in the lab makes nothing: whoever goes says what becomes of it. */
export function LeaveLab({ site, busy, leaving, onGiveBack }: Props) {
  return (
    <Dialog open={leaving.asked} onClose={leaving.stay} maxWidth="sm" aria-labelledby="leave-title">
      <DialogTitle id="leave-title">Give {site} back to production?</DialogTitle>
      <DialogContent>
        {busy
          ? 'Something is under way on the board. It goes on without this page; give the site back once it is over, or stop it first.'
          : 'As long as it is in the lab, no part starts on it. The part that is in now is started by a person, never by itself.'}
      </DialogContent>
      <DialogActions>
        <Button onClick={leaving.stay}>Stay</Button>
        <Button onClick={() => leaving.go()}>Leave it in the lab</Button>
        <Button
          variant="contained"
          autoFocus
          disabled={busy}
          onClick={() => void onGiveBack(() => leaving.go()).finally(leaving.stay)}
        >
          Give back
        </Button>
      </DialogActions>
    </Dialog>
  );
}
