import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { Places } from '../courier/Places.tsx';
import { codeFault, groupCode } from './code.ts';
import type { JoinFlow, JoinWay } from './join-flow.ts';

const off = { autoComplete: 'off', spellCheck: false };

interface Props {
  flow: JoinFlow;
  onChange: (change: Partial<JoinFlow>) => void;
  onNext: () => void;
}

function Where({ flow, onChange, onNext }: Props) {
  const enter = (event: { key: string }) => {
    if (event.key === 'Enter') onNext();
  };
  if (flow.way === 'line')
    return (
      <TextField
        autoFocus={flow.scanned === null}
        label="Address of the cloud"
        placeholder="cloud.example.com:7443"
        value={flow.address}
        // What a QR code said of the fingerprint holds for the address beside it alone.
        onChange={(event) => onChange({ address: event.target.value, scanned: null })}
        onKeyDown={enter}
        slotProps={{ htmlInput: { ...off, maxLength: 512, inputMode: 'url' } }}
      />
    );
  return (
    <>
      <Places chosen={flow.place} onChoose={(place) => onChange({ place })} />
      <TextField
        label="Name of the file there"
        helperText="Empty: the newest invitation there"
        value={flow.fileName}
        onChange={(event) => onChange({ fileName: event.target.value })}
        onKeyDown={enter}
        slotProps={{ htmlInput: { ...off, maxLength: 500 } }}
      />
    </>
  );
}

/** Step 1: which cloud, and the code that its console shows. */
export function JoinAsk({ flow, onChange, onNext }: Props) {
  const fault = codeFault(flow.code);
  return (
    <Stack sx={{ gap: 5, maxWidth: 660 }}>
      <ToggleButtonGroup
        exclusive
        aria-label="How this station is joined"
        value={flow.way}
        onChange={(_, way: JoinWay | null) => {
          if (way !== null) onChange({ way });
        }}
      >
        <ToggleButton value="line">With a line</ToggleButton>
        <ToggleButton value="file">Without a line, by stick</ToggleButton>
      </ToggleButtonGroup>
      {flow.scanned === null ? (
        <Dim>
          {flow.way === 'line'
            ? 'In the cloud’s console: Stations, Invite a station. Scan its QR code, or type what stands beside it.'
            : 'In the cloud’s console: Stations, Invite a station. The file goes on a stick.'}
        </Dim>
      ) : (
        <Notice tone="pass" role="status">
          <b>Scanned.</b> Look at address and code, then press Next.
        </Notice>
      )}
      <Where flow={flow} onChange={onChange} onNext={onNext} />
      <TextField
        label="One-time code"
        placeholder="AAAA-BBBB-CCCC-DDDD"
        value={flow.code}
        error={fault !== null}
        helperText={fault ?? 'It never leaves this station: only a proof of it does'}
        onChange={(event) => onChange({ code: groupCode(event.target.value) })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onNext();
        }}
        slotProps={{ htmlInput: { ...off, maxLength: 40 } }}
      />
    </Stack>
  );
}
