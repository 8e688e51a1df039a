import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { StationView } from '#cloud/contract/views.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';

export type StationChoice = Pick<StationView, 'id' | 'name'>;
const SHOWN = 20;

interface Props {
  station: StationChoice | null;
  onStation: (station: StationChoice | null) => void;
}

/** One station that may be given work, found by the beginning of its name. */
export function StationField({ station, onStation }: Props) {
  const [text, setText] = useState('');
  const { data, loading } = useQuery('stations', { query: { text, limit: SHOWN } });
  const options: StationChoice[] = (data?.rows ?? [])
    .filter(({ state }) => state !== 'revoked' && state !== 'invited')
    .map(({ id, name }) => ({ id, name }));
  return (
    <Autocomplete
      value={station}
      options={options}
      loading={loading}
      getOptionLabel={({ name }) => name}
      getOptionKey={({ id }) => id}
      isOptionEqualToValue={(a, b) => a.id === b.id}
      filterOptions={(all) => all}
      noOptionsText="No station that has joined has such a name"
      onInputChange={(_, typed, reason) => {
        if (reason === 'input' || reason === 'clear') setText(typed.trim());
      }}
      onChange={(_, chosen) => onStation(chosen)}
      sx={{ '& .MuiOutlinedInput-root': { minHeight: 48, paddingBlock: 0 } }}
      renderInput={(params) => <TextField {...params} label="Station" />}
    />
  );
}
