import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import type { Action } from '../client/use-action.ts';

interface Props {
  title: string;
  /** What will happen, before anything is asked for. */
  children: ReactNode;
  /** What has to be typed, and what that is: `Name of the station`. */
  expected: string;
  label: string;
  confirm: string;
  /** False while something else is missing. */
  ready?: boolean;
  action: Action;
  onConfirm: () => void;
  onClose: () => void;
}

const plain = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/g, ' ');

/** What cannot be undone: says what will happen and asks to type what it happens to. */
export function TypedConfirm(props: Props) {
  const [typed, setTyped] = useState('');
  const matches = plain(typed) === plain(props.expected) && props.expected !== '';
  const { action, ready = true } = props;
  return (
    <Dialog open onClose={props.onClose} maxWidth="sm" fullWidth aria-labelledby="typed-title">
      <DialogTitle id="typed-title">{props.title}</DialogTitle>
      <DialogContent>
        <Stack sx={{ gap: '18px' }}>
          <div>{props.children}</div>
          <TextField
            label={props.label}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            helperText={`Type ${props.expected}`}
            slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
            fullWidth
          />
          {action.error ? <ErrorPanel error={action.error} /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={props.onClose} autoFocus>
          Go back
        </Button>
        <Button
          variant="contained"
          color="error"
          disabled={!matches || !ready || action.busy}
          onClick={props.onConfirm}
        >
          {props.confirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
