import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';

interface Props<V extends string> {
  label: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange: (value: V) => void;
}

/** One of a few. */
export function Choice<V extends string>({ label, value, options, onChange }: Props<V>) {
  return (
    <ToggleButtonGroup
      exclusive
      aria-label={label}
      value={value}
      onChange={(_, chosen: V | null) => {
        if (chosen !== null) onChange(chosen);
      }}
    >
      {options.map(([option, word]) => (
        <ToggleButton key={option} value={option}>
          {word}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
