import type { TransferRow } from '#cloud/contract/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { transferLook } from '#cloud/console/pieces/words.ts';
import { detailText } from './transfer-text.ts';

/** What became of a transfer that was just brought, as files or as codes. */
export function Taken({ transfer }: { transfer: TransferRow }) {
  const look = transferLook[transfer.state];
  return (
    <Notice tone={look.tone} role="status">
      <b>
        Transfer {transfer.number} of {transfer.station}: {look.word.toLowerCase()}.
      </b>{' '}
      {transfer.reason !== null || transfer.missing.length > 0
        ? detailText(transfer)
        : 'Everything in it is here.'}
    </Notice>
  );
}
