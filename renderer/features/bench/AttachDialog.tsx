import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { Request } from '#contract/contract.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import type { Bench } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';

type Control = Request<'bench.attach'>['control'];
const CONTROLS: readonly { id: string; title: string; control: Control }[] = [
  {
    id: 'dtr-rts',
    title: 'DTR resets, RTS sets the mode',
    control: { kind: 'modem-lines', reset: 'dtr', mode: 'rts' },
  },
  {
    id: 'rts-dtr',
    title: 'RTS resets, DTR sets the mode',
    control: { kind: 'modem-lines', reset: 'rts', mode: 'dtr' },
  },
  {
    id: 'dtr-rts-cts',
    title: 'DTR resets, RTS sets the mode, CTS says that a part is in',
    control: { kind: 'modem-lines', reset: 'dtr', mode: 'rts', contact: 'cts' },
  },
  { id: 'operator', title: 'The operator, by jumper and button', control: { kind: 'operator' } },
];

interface Props {
  bench: Bench;
  onClose: () => void;
  onAttached: () => void;
}

/** Binds a real board's serial port to a site. */
export function AttachDialog({ bench, onClose, onAttached }: Props) {
  const free = bench.ports.filter((port) => port.site === null);
  const [site, setSite] = useState('');
  const [path, setPath] = useState(free[0]?.path ?? '');
  const [target, setTarget] = useState(bench.targets[0]?.id ?? '');
  const [wiring, setWiring] = useState(CONTROLS[0]?.id ?? '');
  const action = useAction();
  const attach = () =>
    action.run(async () => {
      const control = CONTROLS.find((candidate) => candidate.id === wiring)?.control ?? { kind: 'operator' };
      await call('bench.attach', { site, path, target, control });
      onAttached();
      onClose();
    });
  const ready = /^[A-Z]{1,2}[0-9]{1,3}$/.test(site) && path !== '' && target !== '';
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="attach-title">
      <DialogTitle id="attach-title">Attach a board</DialogTitle>
      <DialogContent>
        <Stack sx={{ pt: 2, gap: 4 }}>
          {free.length === 0 ? (
            <Dim>No free serial port was found. Plug the board in, then look again.</Dim>
          ) : null}
          <TextField
            autoFocus
            label="Site, for example C1"
            value={site}
            onChange={(event) => setSite(event.target.value.toUpperCase())}
            slotProps={{ htmlInput: { maxLength: 5, autoComplete: 'off' } }}
          />
          <TextField select label="Port" value={path} onChange={(event) => setPath(event.target.value)}>
            {free.map((port) => (
              <MenuItem key={port.path} value={port.path}>
                {port.title} · {port.path}
              </MenuItem>
            ))}
          </TextField>
          <TextField select label="Target" value={target} onChange={(event) => setTarget(event.target.value)}>
            {bench.targets.map((choice) => (
              <MenuItem key={choice.id} value={choice.id}>
                {choice.title}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            select
            label="Reset and mode"
            value={wiring}
            onChange={(event) => setWiring(event.target.value)}
          >
            {CONTROLS.map((choice) => (
              <MenuItem key={choice.id} value={choice.id}>
                {choice.title}
              </MenuItem>
            ))}
          </TextField>
          {action.error ? <ErrorPanel error={action.error} details /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Go back</Button>
        <Button variant="contained" disabled={!ready || action.busy} onClick={attach}>
          Attach
        </Button>
      </DialogActions>
    </Dialog>
  );
}
