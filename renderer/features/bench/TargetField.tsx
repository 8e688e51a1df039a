import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import type { Bench } from '#client/views.ts';
import { byFamily, fitsPort } from './targets.ts';

interface Props {
  bench: Bench;
  path: string;
  target: string;
  onChange: (target: string) => void;
}

/** Chips by family, searched by typing; those that the port cannot reach are left out. */
export function TargetField({ bench, path, target, onChange }: Props) {
  const options = byFamily(bench.targets.filter((choice) => fitsPort(choice, path, bench.ports)));
  return (
    <Autocomplete
      options={options}
      groupBy={({ family }) => family}
      getOptionLabel={({ title }) => title}
      getOptionKey={({ id }) => id}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      value={options.find(({ id }) => id === target) ?? null}
      onChange={(_event, choice) => onChange(choice?.id ?? '')}
      noOptionsText="No chip of that name is reached by this port."
      renderInput={(params) => <TextField {...params} label="Chip" helperText="Type a part of its name." />}
    />
  );
}
