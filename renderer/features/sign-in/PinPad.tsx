import BackspaceIcon from '@mui/icons-material/BackspaceOutlined';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect } from 'react';
import { Caption, Dim, Spoken } from '#ui/pieces/text.tsx';

const Keys = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(3, 1fr)',
  gap: 10,
  '& button': { minHeight: 64, fontSize: 22, fontWeight: 600 },
});
const Dots = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 14,
  height: 56,
  marginBottom: 14,
  borderRadius: 10,
  border: `1px solid ${theme.tokens.edge}`,
  background: theme.tokens.raised,
}));
const Dot = styled('span')(({ theme }) => ({
  width: 14,
  height: 14,
  borderRadius: '50%',
  background: theme.tokens.text,
}));
const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const LONGEST = 12;

interface Props {
  pin: string;
  busy: boolean;
  onChange: (pin: string) => void;
  onSubmit: () => void;
}

/** A PIN by touch or by the number keys; Enter signs in. Never shown, never in a text field that remembers it. */
export function PinPad({ pin, busy, onChange, onSubmit }: Props) {
  const add = (digit: string) => {
    if (pin.length < LONGEST) onChange(pin + digit);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (/^[0-9]$/.test(event.key)) onChange(pin.length < LONGEST ? pin + event.key : pin);
      else if (event.key === 'Backspace') onChange(pin.slice(0, -1));
      else if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) onSubmit();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [pin, onChange, onSubmit]);
  return (
    <section aria-label="PIN">
      <Caption>PIN, or scan your badge</Caption>
      <Dots>
        <Spoken role="status">{`${pin.length} digits entered`}</Spoken>
        {pin === '' ? <Dim aria-hidden="true">Type or tap your PIN</Dim> : null}
        {Array.from(pin, (_, index) => (
          <Dot key={index} />
        ))}
      </Dots>
      <Keys>
        {DIGITS.map((digit) => (
          <Button key={digit} onClick={() => add(digit)}>
            {digit}
          </Button>
        ))}
        <Button aria-label="Delete last digit" onClick={() => onChange(pin.slice(0, -1))}>
          <BackspaceIcon />
        </Button>
        <Button onClick={() => add('0')}>0</Button>
        <Button aria-label="Clear PIN" onClick={() => onChange('')} sx={{ fontSize: '16px !important' }}>
          Clear
        </Button>
      </Keys>
      <Button
        variant="contained"
        fullWidth
        disabled={busy || pin.length < 4}
        onClick={onSubmit}
        sx={{ mt: 3.5, minHeight: 60, fontSize: 17 }}
      >
        Sign in
      </Button>
    </section>
  );
}
