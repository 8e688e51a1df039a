import { styled } from '@mui/material/styles';

/** A framed group on a screen. */
export const Panel = styled('section')(({ theme }) => ({
  background: theme.tokens.panel,
  border: `${theme.tokens.frameWidth > 2 ? 2 : 1}px solid ${theme.tokens.line}`,
  borderRadius: 14,
  padding: '16px 20px',
}));

/** Things in a line with even gaps. */
export const Row = styled('div')({ display: 'flex', alignItems: 'center', gap: 12, minWidth: 0 });

/** Things below each other with even gaps. */
export const Stack = styled('div')({ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 });

/** Takes the room that is left. */
export const Spring = styled('div')({ flex: 1 });

/** A part of a screen that scrolls by itself, reachable by keyboard. What is spoken only must not lengthen the page. */
export const Scroll = styled('div')({ position: 'relative', overflow: 'auto', minHeight: 0 });
