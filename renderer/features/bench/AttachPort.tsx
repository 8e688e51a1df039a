import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import type { Bench } from '#client/views.ts';
import { Stack } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Dim, Mono } from '#ui/pieces/text.tsx';
import type { Draft } from './attach-draft.ts';
import { Choice } from './Choice.tsx';
import { intoView } from './into-view.ts';
import { KINDS, portName, type Port } from './ports.ts';

interface Props {
  bench: Bench;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** A port of this machine with its place on the bus, or an address that is typed. What is plugged in now shows by itself. */
export function AttachPort({ bench, draft, onChange }: Props) {
  const group = useId();
  const { path } = draft;
  const free = (port: Port) => port.site === null || port.site === draft.site;
  const listed = bench.ports.some((port) => port.path === path);
  const [typed, setTyped] = useState(!bench.ports.some(free) || (path !== '' && !listed));
  // What was there when the dialog opened: the one that comes is mostly the one that is meant.
  const [before] = useState(() => new Set(bench.ports.map((port) => port.path)));
  const choose = (next: string, byHand: boolean) => {
    setTyped(byHand);
    onChange({ path: next });
  };
  return (
    <Stack sx={{ gap: 2 }}>
      {bench.ports.length === 0 ? (
        <Dim role="status">No port was found. Plug the board in: it shows here by itself.</Dim>
      ) : null}
      {bench.ports.map((port) => (
        <Choice
          key={port.path}
          group={group}
          checked={!typed && port.path === path}
          disabled={!free(port)}
          onCheck={() => choose(port.path, false)}
          title={<b>{portName(port)}</b>}
          help={<Where port={port} draft={draft} />}
        >
          {before.has(port.path) ? null : <StatusChip tone="run">Just plugged in</StatusChip>}
          <StatusChip>{KINDS[port.reach]}</StatusChip>
        </Choice>
      ))}
      <Choice
        group={group}
        checked={typed}
        onCheck={() => choose('', true)}
        title="An address, typed"
        help="A debug server, USB over the network, a port that is not listed, or a maker’s tool."
      />
      {typed ? (
        <TextField
          ref={intoView}
          sx={{ mt: 3 }}
          label="Address"
          helperText="tcp://host:port · usbip://host:port/1-1 · /dev/ttyUSB0 · COM4 · what the tool calls its programmer"
          value={path}
          onChange={(event) => onChange({ path: event.target.value.trim() })}
          slotProps={{ htmlInput: { maxLength: 256, autoComplete: 'off', spellCheck: false } }}
        />
      ) : null}
    </Stack>
  );
}

function Where({ port, draft }: { port: Port; draft: Draft }) {
  const serves = port.site !== null && port.site !== draft.site ? `Serves site ${port.site} · ` : '';
  return (
    <>
      {serves}
      <Mono>{port.path}</Mono>
      {port.location === null ? ' · no place on the bus' : ' · at '}
      {port.location === null ? null : <Mono>{port.location}</Mono>}
    </>
  );
}
