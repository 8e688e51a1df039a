import TextField from '@mui/material/TextField';
import type { JobView } from '#contract/jobs.ts';
import { count } from '#ui/format.ts';
import { Row } from '#ui/pieces/layout.tsx';
import { quantityOf, type Draft } from './draft.ts';
import { Step } from './Step.tsx';

interface Props {
  draft: Draft;
  job: JobView | null;
  onChange: (change: Partial<Draft>) => void;
}

/** How many, and under which lot. */
export function QuantityStep({ draft, job, onChange }: Props) {
  const quantity = quantityOf(draft);
  const over = quantity !== null && job !== null && quantity > job.allowance.left;
  const help = over ? `Only ${count(job.allowance.left)} are left to make` : undefined;
  return (
    <Step number={3} title="Quantity and lot" done={quantity !== null && !over && draft.lot.trim() !== ''}>
      <Row sx={{ alignItems: 'flex-start' }}>
        <TextField
          label="Quantity, units"
          value={draft.quantity}
          error={over || (draft.quantity !== '' && quantity === null)}
          helperText={help}
          onChange={(event) => onChange({ quantity: event.target.value.trim() })}
          slotProps={{ htmlInput: { inputMode: 'numeric', maxLength: 7, autoComplete: 'off' } }}
          sx={{ width: 190 }}
        />
        <TextField
          fullWidth
          label="Lot"
          value={draft.lot}
          onChange={(event) => onChange({ lot: event.target.value })}
          slotProps={{ htmlInput: { maxLength: 120, autoComplete: 'off', spellCheck: false } }}
        />
      </Row>
    </Step>
  );
}
