import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { Row } from '#ui/pieces/layout.tsx';

const Small = styled(Button)({ minWidth: 48, padding: 0, fontSize: 20 });
const Count = styled('span')({ minWidth: 92, textAlign: 'center' });

interface Props {
  name: 'rows' | 'columns';
  value: number;
  onChange: (value: number) => void;
}

/** One less, one more. */
export function SizeButtons({ name, value, onChange }: Props) {
  const one = name.slice(0, -1);
  return (
    <Row sx={{ gap: 2 }} role="group" aria-label={name}>
      <Small aria-label={`One ${one} less`} onClick={() => onChange(value - 1)}>
        −
      </Small>
      <Count aria-live="polite">
        {value} {value === 1 ? one : name}
      </Count>
      <Small aria-label={`One ${one} more`} onClick={() => onChange(value + 1)}>
        +
      </Small>
    </Row>
  );
}
