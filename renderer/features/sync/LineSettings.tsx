import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { SyncView } from '#contract/sync.ts';
import { call } from '#client/client.ts';
import { putSync } from '#client/state/sync.ts';
import { useAction } from '#client/use-action.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { capBytes, capText } from './cap.ts';

const off = { autoComplete: 'off', spellCheck: false };

/** How fast the line may be, through which proxy, and which folder is looked at for courier files. */
export function LineSettings({ view, onClose }: { view: SyncView; onClose: () => void }) {
  const [cap, setCap] = useState(capText(view.settings.bytesPerSecond));
  const [proxy, setProxy] = useState(view.settings.proxy);
  const [courierFolder, setFolder] = useState(view.settings.courierFolder);
  const action = useAction();
  const bytesPerSecond = capBytes(cap);
  const save = () =>
    action.run(async () => {
      if (bytesPerSecond === undefined) return;
      putSync(await call('sync.settings', { bytesPerSecond, proxy, courierFolder }));
      onClose();
    });
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="line-settings-title">
      <DialogTitle id="line-settings-title">Settings of the line</DialogTitle>
      <DialogContent>
        <Stack sx={{ pt: 2, gap: 4 }}>
          <TextField
            autoFocus
            label="At most, kB/s"
            value={cap}
            error={bytesPerSecond === undefined}
            helperText={
              bytesPerSecond === undefined
                ? 'A number from 2 to 1,000,000, or nothing'
                : 'Empty: as fast as the line is'
            }
            onChange={(event) => setCap(event.target.value)}
            slotProps={{ htmlInput: { ...off, inputMode: 'numeric', maxLength: 9 } }}
          />
          <TextField
            label="HTTP proxy"
            value={proxy}
            helperText="For example http://proxy.plant:3128. Empty: straight to the cloud"
            onChange={(event) => setProxy(event.target.value)}
            slotProps={{ htmlInput: { ...off, maxLength: 300 } }}
          />
          <TextField
            label="Watched folder for the courier"
            value={courierFolder}
            helperText="Files that appear there are read by themselves. Empty: none"
            onChange={(event) => setFolder(event.target.value)}
            slotProps={{ htmlInput: { ...off, maxLength: 1024 } }}
          />
          {action.error ? <ErrorPanel error={action.error} details /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Go back</Button>
        <Button variant="contained" disabled={bytesPerSecond === undefined || action.busy} onClick={save}>
          Save
        </Button>
      </DialogActions>
    </Dialog>
  );
}
