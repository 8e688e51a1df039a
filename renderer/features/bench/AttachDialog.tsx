import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import type { Bench, SelfTest } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { OpenPrompts } from '../running/OpenPrompts.tsx';
import { PortField } from './PortField.tsx';
import { SelfTestSteps } from './SelfTestSteps.tsx';
import { TargetField } from './TargetField.tsx';
import { controlOf } from './wiring.ts';
import { WiringField } from './WiringField.tsx';

interface Props {
  bench: Bench;
  onClose: () => void;
  onAttached: () => void;
}

/** The next label that the fixture does not have: a person changes it where the socket says something else. */
function nextLabel({ sites }: Bench): string {
  const taken = new Set(sites.map(({ id }) => id));
  for (let index = 0; index < 676; index += 1) {
    const label = `${String.fromCharCode(65 + Math.floor(index / 4))}${(index % 4) + 1}`;
    if (!taken.has(label)) return label;
  }
  return '';
}

/** Binds a port to a site, says what is on it and how it is reset, and tests it right away. */
export function AttachDialog({ bench, onClose, onAttached }: Props) {
  const [site, setSite] = useState(() => nextLabel(bench));
  const [path, setPath] = useState('');
  const [target, setTarget] = useState('');
  const [wiring, setWiring] = useState('dtr-rts');
  const [relay, setRelay] = useState({ path: '', reset: '1', mode: '2' });
  const [tested, setTested] = useState<SelfTest | null>(null);
  const action = useAction();
  const control = controlOf(wiring, relay);
  const chosen = bench.targets.find(({ id }) => id === target);
  const ready =
    /^[A-Z]{1,2}[0-9]{1,3}$/.test(site) && path !== '' && chosen !== undefined && control !== null;
  const attach = () =>
    action.run(async () => {
      if (control === null) return;
      await call('bench.attach', { site, path, target, control });
      onAttached();
      setTested(await call('bench.selfTest', { site }));
    });
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="attach-title">
      <DialogTitle id="attach-title">
        {tested === null ? 'Attach a board' : `Site ${site}: ${tested.ok ? 'ready' : 'attached, not ready'}`}
      </DialogTitle>
      <DialogContent>
        {tested === null ? (
          <Stack sx={{ pt: 2, gap: 4 }}>
            <TextField
              autoFocus
              label="Site"
              helperText="The label of the socket: a letter for the row, a number for the column."
              value={site}
              onChange={(event) => setSite(event.target.value.toUpperCase())}
              slotProps={{ htmlInput: { maxLength: 5, autoComplete: 'off' } }}
            />
            <PortField bench={bench} path={path} onChange={setPath} />
            <TargetField bench={bench} path={path} target={target} onChange={setTarget} />
            <WiringField
              bench={bench}
              wiring={wiring}
              relay={relay}
              onWiring={setWiring}
              onRelay={setRelay}
            />
            <OpenPrompts site={site} />
            {action.busy ? <Dim role="status">Attaching and testing…</Dim> : null}
          </Stack>
        ) : (
          <SelfTestSteps result={tested} />
        )}
        {action.error ? <ErrorPanel error={action.error} details /> : null}
      </DialogContent>
      <DialogActions>
        {tested === null ? <Button onClick={onClose}>Go back</Button> : null}
        {tested === null ? (
          <Button variant="contained" disabled={!ready || action.busy} onClick={attach}>
            Attach and test
          </Button>
        ) : (
          <Button variant="contained" autoFocus onClick={onClose}>
            Done
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
