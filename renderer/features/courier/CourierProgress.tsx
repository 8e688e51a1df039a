import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { useState } from 'react';
import type { TransferView } from '#contract/sync.ts';
import { useSeconds } from '#ui/clock.ts';
import { bytes, count } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { timeLeft } from '../sync/line-words.ts';
import type { CourierWork } from './use-courier.ts';

interface Props {
  work: CourierWork;
  /** The transfer that is being written, once the list names it. */
  transfer: TransferView | null;
  /** Records that waited when it began. */
  whole: number;
  cancelling: boolean;
  onCancel: () => void;
}

/** A bar where the station says how many records are written, else what is on the stick so far. */
function Written({ transfer, whole }: { transfer: TransferView; whole: number }) {
  const now = useSeconds(true);
  const [begun] = useState({ at: now, records: transfer.records });
  const { records } = transfer;
  const counted = records < whole;
  const done = records - begun.records;
  const left = done > 0 ? ((whole - records) * (now - begun.at)) / 1000 / done : null;
  return (
    <>
      {counted ? (
        <Bar value={records / whole} label="Written of what waits" />
      ) : (
        <LinearProgress aria-label="Writing" />
      )}
      <Row className="num" sx={{ mt: 1.5 }}>
        <Dim>
          {counted ? `${count(records)} of ${count(whole)} records` : `${count(whole)} records`} · part{' '}
          {transfer.parts + 1} · {bytes(transfer.bytes)} written
        </Dim>
        <Spring />
        <Dim>{left === null || !counted ? '' : `${timeLeft(left)} left`}</Dim>
      </Row>
    </>
  );
}

/** How far the stick is, and a way to stop. */
export function CourierProgress({ work, transfer, whole, cancelling, onCancel }: Props) {
  return (
    <Panel aria-label="Under way" role="status">
      <Row sx={{ mb: 3 }}>
        <b>{work === 'write' ? 'Writing to the stick. Leave it in.' : 'Reading the stick. Leave it in.'}</b>
        <Spring />
        <Button disabled={cancelling} onClick={onCancel}>
          Cancel
        </Button>
      </Row>
      {work === 'write' && transfer ? (
        <Written transfer={transfer} whole={whole} />
      ) : (
        <LinearProgress aria-label={work === 'write' ? 'Writing' : 'Reading'} />
      )}
    </Panel>
  );
}
