import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { Answer } from '#cloud/contract/api.ts';
import { dateTime } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';
import { itemLook } from '#cloud/console/pieces/words.ts';

interface Props {
  item: Answer<'targetItems'>['rows'][number];
  busy: boolean;
  onClose: () => void;
  onRetry: () => void;
}

/** One device at a target, and trying it again. */
export function ItemDialog({ item, busy, onClose, onRetry }: Props) {
  const mayRetry = useMay('planner') && item.state === 'dead';
  const { deviceId, reason } = item;
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="item-title">
      <DialogTitle id="item-title">{item.name}</DialogTitle>
      <DialogContent>
        <Stack>
          <StateWord look={itemLook[item.state]} size={24} />
          {reason === null ? null : (
            <Notice tone={item.state === 'dead' ? 'fail' : 'unknown'}>{reason}</Notice>
          )}
          <Facts
            facts={[
              [
                'Device',
                deviceId === null ? (
                  '–'
                ) : (
                  <TextLink href={`/units/${encodeURIComponent(deviceId)}`}>{deviceId}</TextLink>
                ),
              ],
              ['Tries', String(item.attempts)],
              ['Last', dateTime(item.at)],
              ['Fingerprint', <CopyText text={item.fingerprint} label="fingerprint" />],
            ]}
          />
        </Stack>
      </DialogContent>
      <DialogActions>
        {mayRetry ? (
          <Button disabled={busy} onClick={onRetry}>
            Try again
          </Button>
        ) : null}
        <Button variant="contained" onClick={onClose} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
