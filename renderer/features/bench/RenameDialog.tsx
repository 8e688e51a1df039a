import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { FixtureLayout } from '#contract/bench.ts';
import { remove, rename } from './fixture-edit.ts';

interface Props {
  layout: FixtureLayout;
  site: string;
  onChange: (layout: FixtureLayout) => void;
  onClose: () => void;
}

/** The label of a socket that nothing is bound to. */
export function RenameDialog({ layout, site, onChange, onClose }: Props) {
  const [label, setLabel] = useState(site);
  const next = rename(layout, site, label);
  const done = (changed: FixtureLayout) => {
    onChange(changed);
    onClose();
  };
  return (
    <Dialog open onClose={onClose} aria-labelledby="rename-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (next !== null) done(next);
        }}
      >
        <DialogTitle id="rename-title">Label of the socket</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            sx={{ mt: 2 }}
            label="Label"
            value={label}
            error={next === null}
            helperText={next === null ? 'One or two letters and a number that no other socket has.' : ' '}
            onChange={(event) => setLabel(event.target.value.toUpperCase())}
            slotProps={{ htmlInput: { maxLength: 5, autoComplete: 'off' } }}
          />
        </DialogContent>
        <DialogActions>
          <Button color="error" onClick={() => done(remove(layout, site))}>
            Take away
          </Button>
          <Button onClick={onClose}>Go back</Button>
          <Button type="submit" variant="contained" disabled={next === null}>
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
