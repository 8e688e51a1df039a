import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { styled } from '@mui/material/styles';
import { useHelp } from './help-state.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Alt + 1 … 9, 0', 'Go to a place on the left'],
  ['/', 'Search in the list on screen'],
  ['Up, Down, Page, Home, End', 'Move through a list'],
  ['Enter', 'Open the row'],
  ['Left, Right, Space', 'QR codes: previous, next, run or stop'],
  ['Esc', 'Close a dialog'],
  ['? or F1', 'This help'],
];
const List = styled('dl')({
  display: 'grid',
  gridTemplateColumns: 'max-content 1fr',
  gap: '12px 24px',
  margin: 0,
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

/** What keys do. */
export function HelpDialog() {
  const open = useHelp((s) => s.open);
  const close = () => useHelp.setState({ open: false });
  return (
    <Dialog open={open} onClose={close} maxWidth="sm" fullWidth aria-labelledby="help-title">
      <DialogTitle id="help-title">Keys</DialogTitle>
      <DialogContent>
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
        <p>A scanner types into the search field; its Enter opens the one that was found.</p>
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={close} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
