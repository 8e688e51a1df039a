import { styled } from '@mui/material/styles';
import { count } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { nextPart, transferName } from './transfer-words.ts';
import { TransferLine } from './TransferList.tsx';
import type { CourierResult } from './use-courier.ts';

const List = styled('ul')({ listStyle: 'none', margin: '8px 0 0', padding: 0 });

function Written({ result }: { result: Extract<CourierResult, { kind: 'written' }> }) {
  const { transfer, complete, files } = result;
  if (!complete)
    return (
      <Notice tone="unknown" role="alert">
        <b>This stick is full. Part {nextPart(transfer)} goes on the next stick.</b>
        <div>
          Take it out, label it “{transferName(transfer)}”, plug in the next one, choose it and press Go on.
        </div>
      </Notice>
    );
  return (
    <Notice tone="pass" role="status">
      <b>
        {transferName(transfer)} is written: {count(transfer.records)} records in {count(files.length)}{' '}
        {files.length === 1 ? 'file' : 'files'} on this stick.
      </b>
      <div>
        Take it to the cloud’s console. Until its acknowledgement comes back, everything is kept here as well.
      </div>
    </Notice>
  );
}

function Read({ result }: { result: Extract<CourierResult, { kind: 'read' }> }) {
  const { transfers, messages } = result;
  if (transfers.length === 0 && messages.length === 0)
    return (
      <Notice tone="idle" role="status">
        <b>Nothing for this station is there.</b> Courier files end in .rlc. Is it the right stick?
      </Notice>
    );
  const bad = transfers.some(({ state }) => state === 'refused');
  const open = transfers.some(({ state }) => state === 'collecting');
  const nothing = transfers.length === 0;
  const head = nothing
    ? 'Nothing new was taken in.'
    : bad
      ? 'Not everything was taken in.'
      : open
        ? 'Parts are missing: read the other sticks as well.'
        : 'Taken in.';
  return (
    <Notice tone={nothing ? 'idle' : bad ? 'fail' : open ? 'unknown' : 'pass'} role="status">
      <b>{head}</b>
      {messages.map((message) => (
        <div key={message}>{message}</div>
      ))}
      <List>
        {transfers.map((transfer) => (
          <TransferLine key={`${transfer.direction} ${transfer.number}`} transfer={transfer} />
        ))}
      </List>
    </Notice>
  );
}

/** What came of writing or reading, in words, and what to do next. */
export function CourierOutcome({ result }: { result: CourierResult }) {
  if (result === null) return null;
  return (
    <div data-testid="courier-result">
      {result.kind === 'written' ? <Written result={result} /> : <Read result={result} />}
    </div>
  );
}
