import Autocomplete from '@mui/material/Autocomplete';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useRef } from 'react';
import { Row } from '#ui/pieces/layout.tsx';
import type { ActCard, ActField, FieldValues } from './acts.ts';
import { suggestions } from './target-words.ts';

interface Props {
  card: ActCard;
  target: string;
  values: FieldValues;
  onChange: (values: FieldValues) => void;
}

/** What an act has to be told. A key is typed as dots, a file is read here and sent as hex. */
export function ActFields({ card, target, values, onChange }: Props) {
  if (card.fields.length === 0) return null;
  const set = (name: string) => (value: string | boolean) => onChange({ ...values, [name]: value });
  return (
    <Row sx={{ flexWrap: 'wrap', alignItems: 'flex-start' }}>
      {card.fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          words={suggestions(target, field.name)}
          value={values[field.name]}
          onChange={set(field.name)}
        />
      ))}
    </Row>
  );
}

interface FieldProps {
  field: ActField;
  /** What the family calls what may stand here. */
  words: readonly string[];
  value: string | boolean | undefined;
  onChange: (value: string | boolean) => void;
}

function Field({ field, words, value, onChange }: FieldProps) {
  const { kind, label, help } = field;
  if (kind === 'flag')
    return (
      <FormControlLabel
        label={label}
        sx={{ minHeight: 48 }}
        control={<Checkbox checked={value === true} onChange={(event) => onChange(event.target.checked)} />}
      />
    );
  if (kind === 'file') return <FileField field={field} value={value} onChange={onChange} />;
  if (kind === 'text')
    return (
      <Autocomplete
        freeSolo
        options={words}
        sx={{ minWidth: 240 }}
        inputValue={typeof value === 'string' ? value : ''}
        onInputChange={(_event, text) => onChange(text)}
        renderInput={(params) => <TextField {...params} label={label} helperText={help ?? ' '} />}
      />
    );
  return (
    <TextField
      label={label}
      type={kind === 'key' ? 'password' : 'text'}
      value={typeof value === 'string' ? value : ''}
      helperText={help ?? ' '}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false, maxLength: 4096 } }}
    />
  );
}

/** Larger than any wrapped key, bytes. */
const LARGEST_FILE = 65_536;

function FileField({ field, value, onChange }: Omit<FieldProps, 'words'>) {
  const take = async (file: File | undefined) => {
    if (file === undefined || file.size > LARGEST_FILE) {
      onChange('');
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    onChange(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  };
  const size = typeof value === 'string' ? value.length / 2 : 0;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        {size === 0 ? `${field.label}: choose a file` : `${field.label}: ${size} B`}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        data-testid={`file-${field.name}`}
        onChange={(event) => void take(event.target.files?.[0])}
      />
    </>
  );
}
