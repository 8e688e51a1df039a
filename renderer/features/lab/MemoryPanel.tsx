import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { LabAct, LabView } from '#contract/lab.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { HexView } from './HexView.tsx';
import { addressOf, fitting, hexAddress, lengthOf, nextBlock } from './hex-view.ts';
import { MemoryWriter } from './MemoryWriter.tsx';

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

/** Reads memory by address and length, a block after the other, and shows what has changed since. */
export function MemoryPanel({ view, onRun }: Props) {
  const areas = view.identity?.areas ?? [];
  const [address, setAddress] = useState(hexAddress(areas[0]?.start ?? 0));
  const [length, setLength] = useState('256');
  const [reading, setReading] = useState<Reading | null>(null);
  const [at, count] = [addressOf(address), lengthOf(length)];
  const busy = view.busy !== null;
  const read = async (from: number | null) => {
    if (from === null || count === null) return;
    setAddress(hexAddress(from));
    const hex = await onRun({ operation: 'read-memory', address: from, length: fitting(from, count, areas) });
    if (hex === null) return;
    setReading((last) => ({ start: from, hex, before: last?.start === from ? last.hex : null }));
  };
  const step = (to: 1 | -1) => nextBlock(at, count, to, areas);
  const mono = { htmlInput: { maxLength: 10, autoComplete: 'off', spellCheck: false } };
  return (
    <Panel aria-label="Memory">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void read(at);
        }}
      >
        <Row sx={{ flexWrap: 'wrap' }}>
          {areas.length < 2 ? null : (
            <TextField
              select
              label="Area"
              value={areas.find(({ start, end }) => at !== null && at >= start && at <= end)?.start ?? ''}
              sx={{ width: 150 }}
              onChange={(event) => setAddress(hexAddress(Number(event.target.value)))}
            >
              {areas.map(({ kind, start }) => (
                <MenuItem key={start} value={start}>
                  {kind} {hexAddress(start)}
                </MenuItem>
              ))}
            </TextField>
          )}
          <TextField
            label="Address, hex"
            value={address}
            error={at === null}
            sx={{ width: 130 }}
            onChange={(event) => setAddress(event.target.value)}
            slotProps={mono}
          />
          <TextField
            label="Length"
            value={length}
            error={count === null}
            sx={{ width: 92 }}
            onChange={(event) => setLength(event.target.value)}
            slotProps={mono}
          />
          <Button type="submit" disabled={busy || at === null || count === null}>
            Read
          </Button>
        </Row>
      </form>
      {reading === null ? (
        <p style={{ margin: '10px 0 0' }}>
          <Dim>At most 64 KiB at once. Length in bytes, or hex with 0x.</Dim>
        </p>
      ) : (
        <>
          <HexView start={reading.start} hex={reading.hex} before={reading.before} />
          <Row>
            <CopyText
              text={reading.hex}
              label="what was read, as hex"
              shown={`${reading.hex.length / 2} bytes`}
            />
            <Spring />
            <Button disabled={busy || step(-1) === null} onClick={() => void read(step(-1))}>
              Block before
            </Button>
            <Button disabled={busy || step(1) === null} onClick={() => void read(step(1))}>
              Next block
            </Button>
          </Row>
        </>
      )}
      {view.can.includes('write-memory') ? <MemoryWriter at={at} busy={busy} onRun={onRun} /> : null}
    </Panel>
  );
}
