import TextField from '@mui/material/TextField';
import { Row } from '#ui/pieces/layout.tsx';
import { intoView } from './into-view.ts';
import { portName, type Port } from './ports.ts';
import type { RelayChoice } from './wiring.ts';

interface Props {
  ports: readonly Port[];
  relay: RelayChoice;
  onChange: (relay: RelayChoice) => void;
}

/** Port of a relay board and its two channels; sites may share a board. */
export function RelayFields({ ports, relay, onChange }: Props) {
  const numeric = { htmlInput: { inputMode: 'numeric', maxLength: 2, autoComplete: 'off' } } as const;
  return (
    <Row ref={intoView} sx={{ alignItems: 'flex-start', mt: 2, mb: 2, pt: 1 }}>
      <TextField
        sx={{ flex: 2 }}
        label="Port of the board"
        value={relay.path}
        onChange={(event) => onChange({ ...relay, path: event.target.value.trim() })}
        slotProps={{ htmlInput: { maxLength: 256, autoComplete: 'off', list: 'relay-ports' } }}
      />
      <datalist id="relay-ports">
        {ports.map((port) => (
          <option key={port.path} value={port.path}>
            {portName(port)}
          </option>
        ))}
      </datalist>
      <TextField
        sx={{ flex: 1 }}
        label="Reset channel"
        value={relay.reset}
        onChange={(event) => onChange({ ...relay, reset: event.target.value })}
        slotProps={numeric}
      />
      <TextField
        sx={{ flex: 1 }}
        label="Mode channel"
        value={relay.mode}
        onChange={(event) => onChange({ ...relay, mode: event.target.value })}
        slotProps={numeric}
      />
    </Row>
  );
}
