import TextField from '@mui/material/TextField';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Places } from '../courier/Places.tsx';
import type { JoinFlow } from './join-flow.ts';

interface Props {
  flow: JoinFlow;
  onChange: (change: Partial<JoinFlow>) => void;
}

/** Without a line: the request travels to the cloud, and its answer comes back the same way. */
export function JoinMembership({ flow, onChange }: Props) {
  return (
    <Stack sx={{ gap: 4, maxWidth: 620 }}>
      {flow.requestFile === null ? null : (
        <Notice tone="pass" role="status">
          <b>The request is written.</b>
          <div>
            <CopyText text={flow.requestFile} label="file" />
          </div>
          Take the stick to the cloud’s console and take in the join file there. Then bring the membership
          file back here. This screen may be left meanwhile.
        </Notice>
      )}
      <div>
        <b>Back with the membership file?</b> Choose the stick that it is on.
      </div>
      <Places chosen={flow.place} onChoose={(place) => onChange({ place })} />
      <TextField
        label="Name of the file there"
        helperText="Empty: the newest membership there"
        value={flow.fileName}
        onChange={(event) => onChange({ fileName: event.target.value })}
        slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false, maxLength: 500 } }}
      />
    </Stack>
  );
}
