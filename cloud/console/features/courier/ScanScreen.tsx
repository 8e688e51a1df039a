import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { styled } from '@mui/material/styles';
import { useRef, type RefObject } from 'react';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { BackButton } from '#cloud/console/pieces/BackButton.tsx';
import { plural } from '#cloud/console/pieces/words.ts';
import { CodeCount } from './CodeCount.tsx';
import { isWhole } from './collected.ts';
import { Taken } from './Taken.tsx';
import { forgetCodes, sendCodes, takeCode, useCodes, useScanner } from './use-scan-codes.ts';

const Page = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
  '& > *': { maxWidth: 720 },
});

/** For a scanner that types slowly, and for pasting. A scan of any pace that ends with Enter lands here. */
function CodeField({ field }: { field: RefObject<HTMLInputElement | null> }) {
  return (
    <TextField
      inputRef={field}
      label="Code"
      helperText="A scanner types here by itself; a pasted code is taken with Enter"
      autoFocus
      onKeyDown={({ key, target }) => {
        if (key !== 'Enter' || !(target instanceof HTMLInputElement) || target.value.trim() === '') return;
        takeCode(target.value);
        target.value = '';
      }}
      slotProps={{
        inputLabel: { shrink: true },
        htmlInput: { 'data-scan': 'own', maxLength: 4296, autoComplete: 'off', spellCheck: false },
      }}
    />
  );
}

/** What there is to say of the last scan beyond the count. */
function Remark() {
  const { codes, scan, aside } = useCodes();
  const left = aside?.texts.size ?? 0;
  if (scan === 'foreign')
    return (
      <Notice tone="unknown" role="status">
        <b>That was no code of a transfer, or it was cut off.</b> Nothing changed; scan it again.
      </Notice>
    );
  if (scan !== 'other' || isWhole(codes)) return null;
  return (
    <Notice tone="unknown" role="status">
      <b>That code is of another transfer, which is counted by itself.</b> The {left} {plural(left, 'code')}{' '}
      of the one before {left === 1 ? 'is' : 'are'} kept aside: scan one of its codes to go on with it.
    </Notice>
  );
}

/** QR codes that a station shows, taken in one by one with a scanner, in any order. */
export function ScanScreen() {
  useScanner();
  const field = useRef<HTMLInputElement>(null);
  const { codes, scan, sending, error, taken } = useCodes();
  const startOver = () => {
    forgetCodes();
    // The button has nothing left to do and lets go of the focus.
    field.current?.focus();
  };
  return (
    <PageFrame
      footer={
        <>
          <BackButton to="/courier" word="Courier" />
          <Spring />
          <Button onClick={startOver} disabled={scan === null || sending}>
            Start over
          </Button>
        </>
      }
    >
      <Page tabIndex={0} role="region" aria-label="Scan codes">
        <Title>Scan the station’s codes</Title>
        <Dim>
          Aim the scanner at the codes on the station’s screen, one after the other, in any order. Twice is no
          harm. They are sent when the last one is here.
        </Dim>
        <CodeField field={field} />
        <CodeCount codes={codes} />
        {sending ? <Dim role="status">Taking the transfer in …</Dim> : null}
        <Remark />
        {error ? <ErrorPanel error={error} onRetry={sendCodes} /> : null}
        {taken.map((transfer) => (
          <Taken key={transfer.id} transfer={transfer} />
        ))}
      </Page>
    </PageFrame>
  );
}
