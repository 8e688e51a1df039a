import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import type { Request } from '#contract/contract.ts';
import { FILES } from './broker-files.ts';

type Draft = Request<'onboarding.add'>;
const Two = styled('div')({ display: 'grid', gridTemplateColumns: '1fr 1fr', columnGap: 12, rowGap: 18 });

/** Paths at the broker: those that the chosen way needs, each with what it is for. */
export function BrokerFiles({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  return (
    <Two>
      {FILES[draft.mode].map(({ key, label, help, needed }) => (
        <TextField
          key={key}
          label={needed ? label : `${label}, if any`}
          helperText={help}
          value={draft[key]}
          onChange={(event) => set({ [key]: event.target.value })}
          slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false, maxLength: 500 } }}
        />
      ))}
    </Two>
  );
}
