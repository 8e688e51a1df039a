import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useLocation } from 'wouter';
import type { TransferRow } from '#cloud/contract/views.ts';
import { bytes, count, dateTime } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';
import { transferLook } from '#cloud/console/pieces/words.ts';
import { PartLinks } from './PartLinks.tsx';
import { detailText } from './transfer-text.ts';

/** One transfer: what became of it, and its files again while it is on its way. */
export function TransferDialog({ transfer, onClose }: { transfer: TransferRow; onClose: () => void }) {
  const [, go] = useLocation();
  const outgoing = useMay('planner') && transfer.direction === 'down' && transfer.state === 'written';
  const bad = transfer.state === 'refused';
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="transfer-title">
      <DialogTitle id="transfer-title">
        Transfer {count(transfer.number)} {transfer.direction === 'up' ? 'from' : 'to'} {transfer.station}
      </DialogTitle>
      <DialogContent>
        <Stack>
          <StateWord look={transferLook[transfer.state]} size={24} />
          {transfer.reason !== null || transfer.missing.length > 0 ? (
            <Notice tone={bad ? 'fail' : 'unknown'}>{detailText(transfer)}</Notice>
          ) : null}
          <Facts
            facts={[
              ['Station', <TextLink href={`/stations/${transfer.stationId}`}>{transfer.station}</TextLink>],
              ['Files', `${count(transfer.parts)}, ${bytes(transfer.bytes)}`],
              ['Time', dateTime(transfer.at)],
            ]}
          />
          {outgoing ? <PartLinks transfer={transfer} files={null} /> : null}
        </Stack>
      </DialogContent>
      <DialogActions>
        {outgoing ? (
          <Button onClick={() => go(`/courier/frames/${transfer.id}`)}>Show as QR codes</Button>
        ) : null}
        <Button variant="contained" onClick={onClose} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
