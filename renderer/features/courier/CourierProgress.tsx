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

function Written({ transfer, whole }: { transfer: TransferView; whole: number }) {
  const now = useSeconds(true);
  const [begun] = useState({ at: now, records: transfer.records });
  const share = whole === 0 ? 0 : Math.min(1, transfer.records / whole);
  const done = transfer.records - begun.records;
  const seconds = (now - begun.at) / 1000;
  const left = done > 0 ? ((whole - transfer.records) * seconds) / done : null;
  return (
    <>
      <Bar value={share} label="Written of what waits" />
      <Row className="num">
        <Dim>
          {count(transfer.records)} of {count(whole)} records · part {Math.max(1, transfer.parts)} ·{' '}
          {bytes(transfer.bytes)}
        </Dim>
        <Spring />
        <Dim>{left === null || share === 1 ? '' : `${timeLeft(left)} left`}</Dim>
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
