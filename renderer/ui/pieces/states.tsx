import CircularProgress from '@mui/material/CircularProgress';
import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { OutcomeIcon } from '../outcome/OutcomeIcon.tsx';
import { Dim } from './text.tsx';

const Center = styled('div')({
  flex: 1,
  minHeight: 120,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 12,
  padding: 24,
  textAlign: 'center',
});
const Head = styled('div')({ fontSize: 17, fontWeight: 650 });

/** Waiting for the station's first answer. */
export function Loading({ what }: { what: string }) {
  return (
    <Center role="status">
      <CircularProgress size={30} aria-label={what} />
      <Dim>{what}</Dim>
    </Center>
  );
}

/** Nothing to show, and what would change that. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Center>
      <OutcomeIcon shape="dashed" tone="idle" size={44} />
      <Head>{title}</Head>
      <Dim>{children}</Dim>
    </Center>
  );
}
