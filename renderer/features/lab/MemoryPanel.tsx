import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { LabAct, LabView } from '#contract/lab.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { HexView } from './HexView.tsx';
import { addressOf, hexAddress, lengthOf } from './hex-view.ts';

interface Reading {
  start: number;
  hex: string;
  /** What the same place said at the reading before; null: it was another place, or the first. */
  before: string | null;
}

interface Props {
  view: LabView;
  onRun: (act: LabAct) => Promise<string | null>;
}

/** Reads memory by address and length, shows it, and writes where the chip lets it be written. */
export function MemoryPanel({ view, onRun }: Props) {
  const first = view.identity?.areas[0]?.start ?? 0;
  const [address, setAddress] = useState(hexAddress(first));
  const [length, setLength] = useState('256');
  const [reading, setReading] = useState<Reading | null>(null);
  const [bytes, setBytes] = useState('');
  const [at, count] = [addressOf(address), lengthOf(length)];
  const written = bytes.replace(/\s/g, '').toLowerCase();
  const read = async () => {
    if (at === null || count === null) return;
    const hex = await onRun({ operation: 'read-memory', address: at, length: count });
    if (hex === null) return;
    setReading((last) => ({ start: at, hex, before: last?.start === at ? last.hex : null }));
  };
  const write = () => {
    if (at !== null) void onRun({ operation: 'write-memory', address: at, bytes: written });
  };
  const mono = { htmlInput: { maxLength: 10, autoComplete: 'off', spellCheck: false } };
  return (
    <Panel aria-label="Memory">
      <Caption>Memory</Caption>
      <Row sx={{ flexWrap: 'wrap' }}>
        <TextField
          label="Address, hex"
          value={address}
          error={at === null}
          sx={{ width: 150 }}
          onChange={(event) => setAddress(event.target.value)}
          slotProps={mono}
        />
        <TextField
          label="Length"
          value={length}
          error={count === null}
          sx={{ width: 110 }}
          onChange={(event) => setLength(event.target.value)}
          slotProps={mono}
        />
        <Button disabled={view.busy !== null || at === null || count === null} onClick={() => void read()}>
          Read
        </Button>
        {view.identity?.areas.map(({ kind, start }) => (
          <Button key={start} size="small" onClick={() => setAddress(hexAddress(start))}>
            {kind} {hexAddress(start)}
          </Button>
        ))}
      </Row>
      {reading === null ? (
        <Dim>At most 64 KiB at once. Length in bytes, or hex with 0x.</Dim>
      ) : (
        <>
          <HexView start={reading.start} hex={reading.hex} before={reading.before} />
          <CopyText
            text={reading.hex}
            label="what was read, as hex"
            shown={`${reading.hex.length / 2} bytes`}
          />
        </>
      )}
      {view.can.includes('write-memory') ? (
        <Row sx={{ mt: 2 }}>
          <TextField
            label="Bytes to write at this address, hex"
            value={bytes}
            sx={{ flex: 1 }}
            onChange={(event) => setBytes(event.target.value)}
            slotProps={{ htmlInput: { maxLength: 4096, autoComplete: 'off', spellCheck: false } }}
          />
          <Button
            disabled={view.busy !== null || at === null || !/^([0-9a-f]{2})+$/.test(written)}
            onClick={write}
          >
            Write
          </Button>
        </Row>
      ) : null}
    </Panel>
  );
}
