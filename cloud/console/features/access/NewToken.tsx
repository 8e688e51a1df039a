import ContentCopyIcon from '@mui/icons-material/ContentCopy';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { Answer } from '#cloud/contract/api.ts';
import type { ConsoleRole } from '#cloud/contract/operation.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';

const MEANS: Record<ConsoleRole, string> = {
  admin: 'Everything, also inviting and revoking stations, revoking certificates, targets and tokens.',
  planner: 'Reads everything; places and withdraws orders, writes and takes in transfers, pauses targets.',
  auditor: 'Reads everything and changes nothing.',
};
const Secret = styled('div')(({ theme }) => ({
  padding: '14px 16px',
  borderRadius: 10,
  border: `1px solid ${theme.tokens.edge}`,
  background: theme.tokens.ground,
  font: `16px/1.5 ${MONO}`,
  overflowWrap: 'anywhere',
}));

function Made({ made }: { made: Answer<'createToken'> }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  const copy = () => {
    navigator.clipboard.writeText(made.token).then(
      () => setCopied('yes'),
      () => setCopied('refused'),
    );
  };
  return (
    <Stack sx={{ gap: '16px' }}>
      <Notice tone="unknown">
        <b>This is the only time the secret is shown.</b> Hand it over now; it cannot be looked up later.
      </Notice>
      <Secret aria-label="Secret of the token">{made.token}</Secret>
      <div>
        <Button startIcon={<ContentCopyIcon />} onClick={copy}>
          Copy the secret
        </Button>{' '}
        <Dim role="status">
          {copied === 'yes'
            ? 'Copied.'
            : copied === 'refused'
              ? 'The browser did not allow it: mark it and copy.'
              : ''}
        </Dim>
      </div>
    </Stack>
  );
}

/** Makes a token and shows its secret, once. A click beside the dialog does not close it then. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const [label, setLabel] = useState('');
  const [role, setRole] = useState<ConsoleRole>('auditor');
  const [made, setMade] = useState<Answer<'createToken'> | null>(null);
  const action = useAction();
  const make = () =>
    action.run(async () => setMade(await call('createToken', { body: { label: label.trim(), role } })));
  return (
    <Dialog
      open
      onClose={() => {
        if (!made) onClose();
      }}
      maxWidth="sm"
      fullWidth
      aria-labelledby="token-title"
    >
      <DialogTitle id="token-title">{made ? `Token for ${made.view.label}` : 'New token'}</DialogTitle>
      <DialogContent>
        {made ? (
          <Made made={made} />
        ) : (
          <Stack sx={{ gap: '18px', paddingTop: '8px' }}>
            <TextField
              label="Whose token"
              value={label}
              onChange={(event) => setLabel(event.target.value)}
              helperText="A person, or the program that uses it"
              autoFocus
              slotProps={{ htmlInput: { maxLength: 120, autoComplete: 'off' } }}
            />
            <div>
              <Caption>Role</Caption>
              <Choice
                label="Role"
                value={role}
                options={[
                  ['auditor', 'Auditor'],
                  ['planner', 'Planner'],
                  ['admin', 'Administrator'],
                ]}
                onChange={setRole}
              />
              <p style={{ margin: '10px 0 0' }}>
                <Dim>{MEANS[role]}</Dim>
              </p>
            </div>
            {action.error ? <ErrorPanel error={action.error} /> : null}
          </Stack>
        )}
      </DialogContent>
      <DialogActions>
        {made ? (
          <Button variant="contained" onClick={onClose}>
            I have it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Go back</Button>
            <Button variant="contained" disabled={label.trim() === '' || action.busy} onClick={make}>
              Make the token
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  );
}
