import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Row, Spring } from '#ui/pieces/layout.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { SyncTabs } from './SyncTabs.tsx';

const Head = styled(Row)({ flex: 'none', padding: '12px 24px 0', minHeight: 60 });

/** One part of Sync: its title beside the other parts, what it shows, and a footer. */
export function SyncPage({
  title,
  children,
  footer,
}: {
  title: string;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <PageFrame footer={footer}>
      <Head>
        <Title>{title}</Title>
        <Spring />
        <SyncTabs />
      </Head>
      {children}
    </PageFrame>
  );
}

/** Two columns that scroll by themselves below the head. */
export const SyncColumns = styled('div')({
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 400px',
  gap: 20,
  padding: '12px 24px 16px',
});

/** One column of a part of Sync. */
export const SyncColumn = styled('div')({
  position: 'relative',
  minHeight: 0,
  overflow: 'auto',
  display: 'flex',
  flexDirection: 'column',
  gap: 14,
});
