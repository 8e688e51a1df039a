import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { styled } from '@mui/material/styles';
import { Caption } from '#ui/pieces/text.tsx';
import { useHelp } from './help-state.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Alt + 1 … 6', 'Go to a place of the rail'],
  ['Arrows', 'Move between sites, or rows of a list'],
  ['Enter', 'Open the site or the unit'],
  ['F4', 'Start all sites that are ready'],
  ['F6', 'Done: answers the next site that asks for a hand'],
  ['F8', 'Pause after this unit, or go on'],
  ['F9', 'Read back the next site that asks for it'],
  ['Esc', 'Close a dialog or a drawer'],
  ['← → and Space', 'QR codes of an acknowledgement: back, next, hold'],
  ['? or F1', 'This help'],
];
const SCANS = [
  'Traveller: prepares its batch, with job, lot and quantity filled in.',
  'Badge: signs a person in.',
  'Unit, lot, batch or site label: opens it.',
  'QR code of a cloud’s invitation: leads to joining. QR code of a courier: is taken in.',
  'Card DONE, or DONE and a site’s label: answers a site that asks for a hand.',
  'Anything else is politely refused.',
];
const List = styled('dl')({
  display: 'grid',
  gridTemplateColumns: 'max-content 1fr',
  gap: '10px 20px',
  margin: '0 0 20px',
  '& dd': { margin: 0 },
});
const Key = styled('kbd')(({ theme }) => ({
  fontFamily: 'inherit',
  fontSize: 13,
  padding: '2px 8px',
  borderRadius: 6,
  border: `1px solid ${theme.tokens.edge}`,
  background: theme.tokens.raised,
}));

/** What keys and scans do. */
export function HelpDialog() {
  const open = useHelp((s) => s.open);
  const close = () => useHelp.setState({ open: false });
  return (
    <Dialog open={open} onClose={close} maxWidth="sm" fullWidth aria-labelledby="help-title">
      <DialogTitle id="help-title">Keys and scanner</DialogTitle>
      <DialogContent>
        <Caption as="h3">Keys</Caption>
        <List>
          {KEYS.map(([key, what]) => (
            <div key={key} style={{ display: 'contents' }}>
              <dt>
                <Key>{key}</Key>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </List>
        <Caption as="h3">Scan anywhere</Caption>
        {SCANS.map((text) => (
          <div key={text}>{text}</div>
        ))}
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={close} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
