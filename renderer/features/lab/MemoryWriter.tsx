import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { LabAct } from '#contract/lab.ts';
import { Row } from '#ui/pieces/layout.tsx';
import { hexAddress } from './hex-view.ts';

interface Props {
  /** Null: no address yet. */
  at: number | null;
  busy: boolean;
  onRun: (act: LabAct) => Promise<string | null>;
}

/** Writes bytes at the address above; the button says where, so that nobody writes elsewhere. */
export function MemoryWriter({ at, busy, onRun }: Props) {
  const [bytes, setBytes] = useState('');
  const written = bytes.replace(/\s/g, '').toLowerCase();
  const whole = /^([0-9a-f]{2})+$/.test(written);
  return (
    <Row sx={{ mt: 3, alignItems: 'flex-start' }}>
      <TextField
        label="Bytes to write, hex"
        value={bytes}
        error={bytes !== '' && !whole}
        helperText={bytes !== '' && !whole ? 'Two digits for each byte.' : ' '}
        sx={{ flex: 1 }}
        onChange={(event) => setBytes(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 4096, autoComplete: 'off', spellCheck: false } }}
      />
      <Button
        disabled={busy || at === null || !whole}
        onClick={() => at !== null && void onRun({ operation: 'write-memory', address: at, bytes: written })}
      >
        {at === null || !whole ? 'Write' : `Write ${written.length / 2} B at ${hexAddress(at)}`}
      </Button>
    </Row>
  );
}
