import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';

const Content = styled('div')({ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' });
const Footer = styled('footer')(({ theme }) => ({
  flex: 'none',
  height: 72,
  display: 'flex',
  alignItems: 'center',
  gap: 14,
  padding: '0 24px',
  background: theme.tokens.panel,
  borderTop: `1px solid ${theme.tokens.line}`,
}));

/** Every screen: what it shows, and a footer with its one primary action at the right end. */
export function PageFrame({ children, footer }: { children: ReactNode; footer?: ReactNode }) {
  return (
    <>
      <Content>{children}</Content>
      {footer === undefined ? null : <Footer>{footer}</Footer>}
    </>
  );
}
