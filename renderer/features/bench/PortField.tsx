import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { Bench } from '#client/views.ts';
import { Stack } from '#ui/pieces/layout.tsx';

/** Not a path: no port has this name. */
const TYPED = ' typed';

const KINDS = { bytes: 'serial', usb: 'USB', tool: 'tool' } as const;

interface Props {
  bench: Bench;
  path: string;
  onChange: (path: string) => void;
}

/** A free port of this machine with its place on the bus, or an address that is typed. */
export function PortField({ bench, path, onChange }: Props) {
  const free = bench.ports.filter((port) => port.site === null);
  const [typed, setTyped] = useState(free.length === 0);
  const choose = (value: string) => {
    setTyped(value === TYPED);
    onChange(value === TYPED ? '' : value);
  };
  return (
    <Stack sx={{ gap: 3 }}>
      <TextField
        select
        label="Port"
        helperText={free.length === 0 ? 'No free port was found. Plug the board in: it appears here.' : ' '}
        value={typed ? TYPED : path}
        onChange={(event) => choose(event.target.value)}
      >
        {free.map((port) => (
          <MenuItem key={port.path} value={port.path}>
            {[port.title, port.path, KINDS[port.reach], port.location]
              .filter((text) => text !== null && text !== '')
              .join(' · ')}
          </MenuItem>
        ))}
        <MenuItem value={TYPED}>An address, typed</MenuItem>
      </TextField>
      {typed ? (
        <TextField
          label="Address"
          helperText="/dev/ttyUSB0 or COM4; tcp://host:port for a debug server; usbip://host:port/1-1; what a maker’s tool calls its programmer."
          value={path}
          onChange={(event) => onChange(event.target.value.trim())}
          slotProps={{ htmlInput: { maxLength: 256, autoComplete: 'off', spellCheck: false } }}
        />
      ) : null}
    </Stack>
  );
}
