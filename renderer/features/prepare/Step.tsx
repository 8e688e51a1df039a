import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { Panel } from '#ui/pieces/layout.tsx';

const Head = styled('h2')({
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  margin: '0 0 12px',
  fontSize: 16,
  fontWeight: 650,
});
const Digit = styled('span')(({ theme }) => ({
  width: 28,
  height: 28,
  flex: 'none',
  display: 'grid',
  placeItems: 'center',
  borderRadius: '50%',
  fontSize: 14,
  border: `2px solid ${theme.tokens.edge}`,
  '&[data-done="true"]': {
    borderColor: theme.tokens.tone.pass.main,
    background: theme.tokens.tone.pass.main,
    color: theme.tokens.tone.pass.ink,
  },
}));

/** One numbered step of a form; its number turns into a tick when it is done. */
export function Step({
  number,
  title,
  done,
  children,
}: {
  number: number;
  title: string;
  done: boolean;
  children: ReactNode;
}) {
  return (
    <Panel sx={{ p: 4 }}>
      <Head>
        <Digit data-done={done} aria-label={done ? `Step ${number}, done` : `Step ${number}`} role="img">
          {done ? '✓' : number}
        </Digit>
        {title}
      </Head>
      {children}
    </Panel>
  );
}
