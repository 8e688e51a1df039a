import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { LabAct, LabView } from '#contract/lab.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Dim, Mono } from '#ui/pieces/text.tsx';
import { useScan } from '#ui/scan/use-scan.ts';
import { hex } from '#ui/format.ts';
import { ACT_CARDS, actFacts, actTitle } from './acts.ts';

interface Props {
  view: LabView;
  act: LabAct;
  onConfirm: (uid: string) => void;
  onClose: () => void;
}

const plain = (text: string): string => text.replace(/[\s:-]/g, '').toLowerCase();

/** The last question before something that has no way back: the part's own unique id, typed or scanned. */
export function ConfirmUid({ view, act, onConfirm, onClose }: Props) {
  const [typed, setTyped] = useState('');
  const card = ACT_CARDS.find(({ operation }) => operation === act.operation);
  // A protected part that hides its id can be erased, by the name of its site; nothing else can be done to it.
  const bySite = view.hidden && act.operation === 'initialize';
  const uid = bySite ? view.site.toLowerCase() : (view.identity?.chipUid ?? null);
  const given = plain(typed);
  const same = uid !== null && given === uid;
  const wrong = uid !== null && given.length >= uid.length && !same;
  useScan((text) => {
    setTyped(plain(text));
    return true;
  });
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="uid-title">
      <form
        // The button alone does it: Enter ends the scan of a slow scanner, too.
        onSubmit={(event) => event.preventDefault()}
      >
        <DialogTitle id="uid-title">{actTitle(act.operation)}: there may be no way back</DialogTitle>
        <DialogContent>
          <Stack sx={{ gap: 3 }}>
            <Notice tone="unknown">
              {card?.words ?? 'This changes the part for good.'}
              {actFacts(act).map(([name, value]) => (
                <div key={name}>
                  <Dim>{name}: </Dim>
                  <b>{value}</b>
                </div>
              ))}
            </Notice>
            <WhichPart view={view} bySite={bySite} />
            <TextField
              autoFocus
              label={bySite ? 'Name of the site' : 'Unique id of the part'}
              value={typed}
              error={wrong}
              helperText={
                wrong
                  ? `This is not ${bySite ? 'this site' : 'the part in the socket'}. Nothing has been done.`
                  : ' '
              }
              onChange={(event) => setTyped(event.target.value)}
              slotProps={{ htmlInput: { maxLength: 100, autoComplete: 'off', spellCheck: false } }}
            />
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>Go back</Button>
          <Button
            variant="contained"
            color="error"
            disabled={!same}
            onClick={() => onConfirm(bySite ? view.site : given)}
          >
            {actTitle(act.operation)}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function WhichPart({ view, bySite }: { view: LabView; bySite: boolean }) {
  if (bySite)
    return (
      <p>
        The part in {view.site} is protected and does not say who it is. All that is on it will be erased.
        Type <Mono>{view.site}</Mono>, the name of the site, to erase the part that is in it now.
      </p>
    );
  if (view.identity === null)
    return <p>Identify the part first: nobody knows yet which one is in the socket.</p>;
  return (
    <p>
      The part in {view.site} says that it is <Mono>{hex(view.identity.chipUid)}</Mono>. Type that id, or scan
      it from the part’s label.
    </p>
  );
}
