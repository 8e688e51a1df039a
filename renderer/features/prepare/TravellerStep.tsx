import QrCodeScannerIcon from '@mui/icons-material/QrCodeScanner';
import Button from '@mui/material/Button';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Row } from '#ui/pieces/layout.tsx';
import { Step } from './Step.tsx';

interface Props {
  value: string;
  busy: boolean;
  error: ErrorView | null;
  onScan: (text: string) => void;
}

/** The traveller: scanned anywhere, or typed here. */
export function TravellerStep({ value, busy, error, onScan }: Props) {
  const [typed, setTyped] = useState(value);
  const take = () => {
    if (typed.trim() !== '') onScan(typed.trim());
  };
  return (
    <Step number={1} title="Scan or type the traveller" done={value !== ''}>
      <Row>
        <TextField
          fullWidth
          autoFocus={value === ''}
          label="Traveller"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take();
          }}
          slotProps={{
            htmlInput: { 'data-scan': 'own', maxLength: 120, autoComplete: 'off', spellCheck: false },
            input: {
              startAdornment: (
                <InputAdornment position="start">
                  <QrCodeScannerIcon />
                </InputAdornment>
              ),
            },
          }}
        />
        <Button disabled={busy || typed.trim() === '' || typed.trim() === value} onClick={take}>
          Find
        </Button>
      </Row>
      {error ? <ErrorPanel error={error} /> : null}
    </Step>
  );
}
