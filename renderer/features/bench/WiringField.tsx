import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import type { Bench } from '#client/views.ts';
import { Row, Stack } from '#ui/pieces/layout.tsx';
import { WIRINGS, type RelayChoice } from './wiring.ts';

interface Props {
  bench: Bench;
  wiring: string;
  relay: RelayChoice;
  onWiring: (wiring: string) => void;
  onRelay: (relay: RelayChoice) => void;
}

/** What drives reset and mode pin; a relay board asks for its port and channels. */
export function WiringField({ bench, wiring, relay, onWiring, onRelay }: Props) {
  const chosen = WIRINGS.find(({ id }) => id === wiring);
  const numeric = { htmlInput: { inputMode: 'numeric', maxLength: 2, autoComplete: 'off' } } as const;
  return (
    <Stack sx={{ gap: 3 }}>
      <TextField
        select
        label="Reset and mode"
        helperText={chosen?.help ?? ' '}
        value={wiring}
        onChange={(event) => onWiring(event.target.value)}
      >
        {WIRINGS.map((choice) => (
          <MenuItem key={choice.id} value={choice.id}>
            {choice.title}
          </MenuItem>
        ))}
      </TextField>
      {chosen?.control === null ? (
        <Row sx={{ alignItems: 'flex-start', '& > *': { flex: 1 } }}>
          <TextField
            label="Port of the board"
            value={relay.path}
            onChange={(event) => onRelay({ ...relay, path: event.target.value.trim() })}
            slotProps={{ htmlInput: { maxLength: 256, autoComplete: 'off', list: 'relay-ports' } }}
          />
          <datalist id="relay-ports">
            {bench.ports.map(({ path }) => (
              <option key={path} value={path} />
            ))}
          </datalist>
          <TextField
            label="Reset channel"
            value={relay.reset}
            onChange={(event) => onRelay({ ...relay, reset: event.target.value })}
            slotProps={numeric}
          />
          <TextField
            label="Mode channel"
            value={relay.mode}
            onChange={(event) => onRelay({ ...relay, mode: event.target.value })}
            slotProps={numeric}
          />
        </Row>
      ) : null}
    </Stack>
  );
}
