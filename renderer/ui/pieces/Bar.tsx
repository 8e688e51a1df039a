import { styled, useTheme } from '@mui/material/styles';
import type { Tone } from '../theme/tokens.ts';

const Track = styled('div')(({ theme }) => ({
  height: 8,
  borderRadius: 6,
  background: theme.tokens.track,
  overflow: 'hidden',
  outline: theme.tokens.frameWidth > 2 ? `1px solid ${theme.tokens.edge}` : 'none',
}));
const Fill = styled('div')({ height: '100%', transition: 'width 160ms linear' });

interface Props {
  /** 0..1 */
  value: number;
  label: string;
  tone?: Tone;
}

/** A bar of what is done of a known whole. */
export function Bar({ value, label, tone = 'run' }: Props) {
  const { tokens } = useTheme();
  const share = Math.min(1, Math.max(0, value));
  return (
    <Track
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <Fill style={{ width: `${share * 100}%`, background: tokens.tone[tone].main }} />
    </Track>
  );
}
