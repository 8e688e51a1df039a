import SearchIcon from '@mui/icons-material/Search';
import InputAdornment from '@mui/material/InputAdornment';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useOpenBatch } from '#client/state/batch.ts';
import type { UnitFilter } from './use-unit-pages.ts';

const Bar = styled('div')({ display: 'flex', gap: 14, alignItems: 'center' });
const OUTCOMES: readonly { value: NonNullable<UnitFilter['outcome']> | 'all'; word: string }[] = [
  { value: 'all', word: 'All' },
  { value: 'passed', word: 'Pass' },
  { value: 'failed', word: 'Fail' },
  { value: 'unknown', word: 'Read back' },
  { value: 'running', word: 'Running' },
];

interface Props {
  filter: UnitFilter;
  onChange: (filter: UnitFilter) => void;
}

/** Search text, outcome, and whether the open batch only. */
export function UnitFilterBar({ filter, onChange }: Props) {
  const open = useOpenBatch();
  const batchId = filter.batchId ?? open?.id ?? null;
  return (
    <Bar role="search">
      <TextField
        label="Device ID, chip UID, serial or lot"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        slotProps={{
          htmlInput: { 'data-scan': 'own', maxLength: 128, autoComplete: 'off', spellCheck: false },
          input: {
            startAdornment: (
              <InputAdornment position="start">
                <SearchIcon />
              </InputAdornment>
            ),
          },
        }}
        sx={{ flex: 1, maxWidth: 480 }}
      />
      <ToggleButtonGroup
        exclusive
        aria-label="Outcome"
        value={filter.outcome ?? 'all'}
        onChange={(_, value: UnitFilter['outcome'] | 'all') =>
          onChange({ ...filter, outcome: value === 'all' ? null : value })
        }
      >
        {OUTCOMES.map(({ value, word }) => (
          <ToggleButton key={value} value={value}>
            {word}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {batchId === null ? null : (
        <ToggleButton
          value="batch"
          selected={filter.batchId !== null}
          onChange={() => onChange({ ...filter, batchId: filter.batchId === null ? batchId : null })}
        >
          {filter.batchId === null || filter.batchId === open?.id ? 'Open batch only' : 'One batch only'}
        </ToggleButton>
      )}
    </Bar>
  );
}
