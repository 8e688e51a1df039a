import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useEffect, useRef } from 'react';
import type { Bench, SelfTest } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { AttachPort } from './AttachPort.tsx';
import { AttachSite } from './AttachSite.tsx';
import { AttachSteps } from './AttachSteps.tsx';
import { AttachTarget } from './AttachTarget.tsx';
import { AttachTest } from './AttachTest.tsx';
import { AttachWiring } from './AttachWiring.tsx';
import { outcomeOf } from './self-test-outcome.ts';
import { stopTest } from './stop-test.ts';
import { useAttach } from './use-attach.ts';

interface Props {
  bench: Bench;
  /** What is known already: a free socket, or a port of the list. */
  known: { site?: string; path?: string };
  onClose: () => void;
  onAttached: () => void;
}

/** Site, port, chip, reset and mode, one after the other; then it is attached and tested right away. */
export function AttachDialog({ bench, known, onClose, onAttached }: Props) {
  const attach = useAttach(bench, known, onAttached);
  const { step, draft, result, error, busy } = attach;
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The keyboard goes on where the next answer is given.
    const fields = 'input:checked, input[type="text"], input:not(:disabled)';
    const first = step === 'test' ? undefined : body.current?.querySelector<HTMLElement>(fields);
    first?.focus();
  }, [step]);
  const part = { bench, draft, onChange: attach.change };
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="attach-title">
      <form
        style={{ display: 'contents' }}
        onSubmit={(event) => {
          event.preventDefault();
          if (step === 'test') onClose();
          else if (attach.lack === null && !busy) attach.next();
        }}
      >
        <DialogTitle id="attach-title">{titleOf(step === 'test', draft.site, result)}</DialogTitle>
        <AttachSteps step={step} />
        <DialogContent ref={body} sx={{ height: 448 }}>
          {error ? <ErrorPanel error={error} details /> : null}
          {step === 'site' ? <AttachSite {...part} /> : null}
          {step === 'port' ? <AttachPort {...part} /> : null}
          {step === 'target' ? <AttachTarget {...part} /> : null}
          {step === 'wiring' ? <AttachWiring {...part} /> : null}
          {step === 'test' ? (
            <AttachTest site={draft.site} result={result} busy={busy} byHand={draft.wiring === 'operator'} />
          ) : null}
        </DialogContent>
        {step === 'test' ? (
          <TestActions attach={attach} />
        ) : (
          <StepActions attach={attach} onClose={onClose} />
        )}
      </form>
    </Dialog>
  );
}

const ATTACHED = { passed: 'ready', stopped: 'attached, not tested', failed: 'attached, not ready' } as const;

function titleOf(testing: boolean, site: string, result: SelfTest | null): string {
  if (!testing) return 'Attach a board';
  return `Site ${site}: ${result === null ? 'self-test' : ATTACHED[outcomeOf(result)]}`;
}

interface ActionsProps {
  attach: ReturnType<typeof useAttach>;
  onClose: () => void;
}

function StepActions({ attach, onClose }: ActionsProps) {
  const { step, lack, busy } = attach;
  return (
    <DialogActions>
      {step === 'site' ? (
        <Button onClick={onClose}>Cancel</Button>
      ) : (
        <Button disabled={busy} onClick={attach.back}>
          Back
        </Button>
      )}
      <Dim role="status" style={{ flex: 1, textAlign: 'right' }}>
        {busy ? 'Attaching…' : lack}
      </Dim>
      <Button type="submit" variant="contained" disabled={lack !== null || busy}>
        {step === 'wiring' ? 'Attach and test' : 'Next'}
      </Button>
    </DialogActions>
  );
}

function TestActions({ attach }: Pick<ActionsProps, 'attach'>) {
  const { busy, result, draft } = attach;
  const again = !busy && result?.ok !== true;
  return (
    <DialogActions>
      {busy ? <Button onClick={() => stopTest(draft.site)}>Stop the test</Button> : null}
      {again ? <Button onClick={attach.rewire}>Change the wiring</Button> : null}
      {again ? <Button onClick={attach.test}>Test again</Button> : null}
      <Spring />
      <Button type="submit" variant="contained">
        {busy ? 'Close' : 'Done'}
      </Button>
    </DialogActions>
  );
}
