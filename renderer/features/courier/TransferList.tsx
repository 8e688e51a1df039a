import { styled } from '@mui/material/styles';
import type { TransferView } from '#contract/sync.ts';
import { useWallClock } from '#ui/clock.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { agoText } from '../sync/line-words.ts';
import { missingText, TRANSFER_LOOKS, transferName, transferSize } from './transfer-words.ts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '24px minmax(0, 1fr) max-content',
  gap: '0 12px',
  padding: '9px 0',
  borderTop: `1px solid ${theme.tokens.line}`,
  fontSize: 14,
  '&:first-of-type': { borderTop: 0, paddingTop: 2 },
}));
const Below = styled('div')({ gridColumn: '2 / 4' });

/** One transfer: its number, how it stands, and why it was refused. */
export function TransferLine({ transfer }: { transfer: TransferView }) {
  const now = useWallClock();
  const look = TRANSFER_LOOKS[transfer.state];
  const { reason } = transfer;
  return (
    <Item data-state={transfer.state} className="num">
      <OutcomeIcon shape={look.shape} tone={look.tone} size={22} fraction={0.4} />
      <span>
        <b>{transferName(transfer)}</b> · {look.word}
      </span>
      <Dim>{agoText(transfer.at, now)}</Dim>
      <Below>
        <Dim>{transferSize(transfer)}</Dim>
        {transfer.missing.length > 0 ? <div>{missingText(transfer)}</div> : null}
        {reason === null ? null : (
          <div>
            {reason.what} {reason.next} <CopyText text={reason.code} label="error code" />
          </div>
        )}
      </Below>
    </Item>
  );
}

/** Transfers both ways, newest first: numbered, so that nobody has to guess which stick is which. */
export function TransferList({ transfers }: { transfers: readonly TransferView[] }) {
  return (
    <Panel aria-label="Transfers">
      <Caption>Transfers</Caption>
      {transfers.length === 0 ? <Dim>None yet.</Dim> : null}
      <List>
        {transfers.map((transfer) => (
          <TransferLine key={`${transfer.direction} ${transfer.number}`} transfer={transfer} />
        ))}
      </List>
    </Panel>
  );
}
