import { styled } from '@mui/material/styles';
import type { BatchRow } from '#cloud/contract/views.ts';
import { count, dateTime } from '#ui/format.ts';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { Strong } from '#cloud/console/pieces/Strong.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { batchLook } from '#cloud/console/pieces/words.ts';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';

const Number = styled('div')({ '& b': { display: 'block', fontSize: 20, lineHeight: 1.2 } });

/** The batch that the list is about. */
export function BatchHead({ batch }: { batch: BatchRow }) {
  const numbers = [
    ['made', `${count(batch.made)} / ${count(batch.quantity)}`],
    ['failed', count(batch.failed)],
    ['to be read back', count(batch.unknown)],
    ['of the allowance', count(batch.debited)],
  ] as const;
  return (
    <Panel aria-label="Batch" sx={{ padding: '12px 18px' }}>
      <Row sx={{ gap: '28px' }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Strong>
            {batch.jobName} rev {batch.jobRevision} · lot {batch.lot}
          </Strong>
          <br />
          <Dim>
            <TextLink href={`/stations/${batch.stationId}`}>{batch.station}</TextLink> · traveller{' '}
            {batch.traveller} · opened {dateTime(batch.openedAt).slice(0, 16)}
            {batch.closedAt === null ? '' : ` · closed ${dateTime(batch.closedAt).slice(0, 16)}`}
          </Dim>
        </div>
        <StateWord look={batchLook[batch.state]} />
        {numbers.map(([word, value]) => (
          <Number key={word}>
            <b>{value}</b>
            <Dim>{word}</Dim>
          </Number>
        ))}
      </Row>
    </Panel>
  );
}
