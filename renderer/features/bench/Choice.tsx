import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { Dim } from '#ui/pieces/text.tsx';

const Line = styled('label')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 14,
  flex: 'none',
  minHeight: 56,
  padding: '6px 16px',
  borderRadius: 10,
  border: `2px solid ${theme.tokens.line}`,
  background: theme.tokens.raised,
  cursor: 'pointer',
  '& input': { width: 20, height: 20, margin: 0, flex: 'none', accentColor: theme.tokens.tone.run.main },
  '&[data-chosen="true"]': { borderColor: theme.tokens.tone.run.main },
  '&[data-disabled="true"]': { cursor: 'default', borderStyle: 'dashed', background: 'transparent' },
}));
const Words = styled('span')({ flex: 1, minWidth: 0, overflowWrap: 'anywhere' });

interface Props {
  group: string;
  checked: boolean;
  disabled?: boolean;
  onCheck: () => void;
  title: ReactNode;
  /** What it means, or why it cannot be chosen. */
  help?: ReactNode;
  /** At the right end. */
  children?: ReactNode;
}

/** One of several, as large as a glove needs it. */
export function Choice({ group, checked, disabled = false, onCheck, title, help, children }: Props) {
  return (
    <Line data-chosen={checked} data-disabled={disabled}>
      <input type="radio" name={group} checked={checked} disabled={disabled} onChange={onCheck} />
      <Words>
        {title}
        {help === undefined ? null : (
          <>
            <br />
            <Dim>{help}</Dim>
          </>
        )}
      </Words>
      {children}
    </Line>
  );
}
