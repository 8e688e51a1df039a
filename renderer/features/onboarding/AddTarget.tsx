import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useState } from 'react';
import type { Request } from '#contract/contract.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Row, Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { BrokerFiles } from './BrokerFiles.tsx';
import { FILES, onlyFilesOf } from './broker-files.ts';
import { addressFault, isClear, MODE_WORDS } from './target-words.ts';

type Draft = Request<'onboarding.add'>;
const EMPTY: Draft = {
  ...{ name: '', mode: 'devices', url: 'mqtts://', ca: '', username: '', password: '' },
  ...{ crlFile: '', aclFile: '', caDirectory: '', pidFile: '' },
};
const off = { autoComplete: 'off', spellCheck: false };
const MODES = ['devices', 'devices-by-file', 'ca'] as const;
const MODE_HELP: Record<Draft['mode'], string> = {
  devices: 'The broker is told each device as it is made, over MQTT. A revoked one is thrown out at once.',
  'devices-by-file':
    'Each device gets a line in the broker’s access file: quick for thousands. The files must be within this station’s reach.',
  ca: 'The broker trusts this station’s CA once; devices need no telling. A revoked one is thrown out, and refused by the list.',
};

interface FieldProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

function Account({ draft, set }: FieldProps) {
  return (
    <Row sx={{ alignItems: 'flex-start' }}>
      <TextField
        fullWidth
        label="Administrator of the broker"
        value={draft.username}
        onChange={(event) => set({ username: event.target.value })}
        slotProps={{ htmlInput: { ...off, maxLength: 200 } }}
      />
      <TextField
        fullWidth
        type="password"
        label="Password"
        helperText="Goes into the key store and never comes back"
        value={draft.password}
        onChange={(event) => set({ password: event.target.value })}
        slotProps={{ htmlInput: { autoComplete: 'new-password', maxLength: 500 } }}
      />
    </Row>
  );
}

/** A broker that devices are made known to. */
export function AddTarget({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const [draft, setDraft] = useState(EMPTY);
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const action = useAction();
  const fault = draft.url === EMPTY.url ? null : addressFault(draft.url);
  const named = FILES[draft.mode].every(({ key, needed }) => !needed || draft[key].trim() !== '');
  const ready = draft.name.trim() !== '' && draft.url !== EMPTY.url && fault === null && named;
  const add = () =>
    action.run(async () => {
      await call('onboarding.add', onlyFilesOf(draft));
      onAdded();
      onClose();
    });
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth aria-labelledby="add-target-title">
      <DialogTitle id="add-target-title">Add a Mosquitto broker</DialogTitle>
      <DialogContent>
        <Stack sx={{ pt: 2, gap: 4 }}>
          <Row sx={{ alignItems: 'flex-start' }}>
            <TextField
              autoFocus
              fullWidth
              label="Name"
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
              slotProps={{ htmlInput: { ...off, maxLength: 120 } }}
            />
            <TextField
              fullWidth
              label="Address"
              value={draft.url}
              error={fault !== null}
              helperText={fault ?? 'For example mqtts://broker.plant:8883'}
              onChange={(event) => set({ url: event.target.value.trim() })}
              slotProps={{ htmlInput: { ...off, maxLength: 300, inputMode: 'url' } }}
            />
          </Row>
          <div>
            <ToggleButtonGroup
              exclusive
              aria-label="How devices are made known"
              value={draft.mode}
              onChange={(_, mode: Draft['mode'] | null) => {
                if (mode !== null) set({ mode });
              }}
            >
              {MODES.map((mode) => (
                <ToggleButton key={mode} value={mode}>
                  {MODE_WORDS[mode]}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
            <div style={{ marginTop: 6 }}>
              <Dim>{MODE_HELP[draft.mode]}</Dim>
            </div>
          </div>
          <Account draft={draft} set={set} />
          <TextField
            multiline
            minRows={3}
            maxRows={5}
            label="Certificate authority of the broker, PEM"
            placeholder="-----BEGIN CERTIFICATE-----"
            value={draft.ca}
            onChange={(event) => set({ ca: event.target.value })}
            slotProps={{ htmlInput: { ...off, maxLength: 20_000 } }}
          />
          <BrokerFiles draft={draft} set={set} />
          {isClear(draft.url) ? (
            <Notice tone="unknown">
              <b>mqtt:// is not encrypted.</b> The password goes over the network in clear. Use it for a trial
              on this machine only.
            </Notice>
          ) : null}
          {action.error ? <ErrorPanel error={action.error} details /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Go back</Button>
        <Button variant="contained" disabled={!ready || action.busy} onClick={add}>
          Add
        </Button>
      </DialogActions>
    </Dialog>
  );
}
