import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { BackButton } from './BackButton.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import type { Query } from '../client/use-query.ts';

const Body = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
});

interface Props<T> {
  /** Where the way back leads, and what it is called. */
  back: readonly [string, string];
  query: Query<T>;
  loading: string;
  footer?: (data: T) => ReactNode;
  children: (data: T) => ReactNode;
}

/** A screen of one thing: the way back at the left of the footer, what can be done at its right. */
export function Page<T>({ back: [address, word], query, loading, footer, children }: Props<T>) {
  const { data, error, reload } = query;
  return (
    <PageFrame
      footer={
        <>
          <BackButton to={address} word={word} />
          <Spring />
          {data ? footer?.(data) : null}
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="Content">
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what={loading} /> : null}
        {data ? children(data) : null}
      </Body>
    </PageFrame>
  );
}
