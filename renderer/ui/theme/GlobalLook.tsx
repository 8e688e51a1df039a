import GlobalStyles from '@mui/material/GlobalStyles';

/** The page itself: never scrolls, tabular figures where numbers stand, one focus ring, no motion where none is wanted. */
export function GlobalLook() {
  return (
    <GlobalStyles
      styles={(theme) => ({
        'html, body, #root': { height: '100%', margin: 0 },
        body: {
          overflow: 'hidden',
          background: theme.tokens.ground,
          color: theme.tokens.text,
          fontFamily: theme.typography.fontFamily,
          fontSize: 15,
          lineHeight: 1.45,
          colorScheme: theme.tokens.mode,
          WebkitFontSmoothing: 'antialiased',
        },
        '*, *::before, *::after': { boxSizing: 'border-box' },
        // Not on the body: Inter widens the hyphen along with the figures, which tears words and lot numbers apart.
        'dd, b, .num': { fontVariantNumeric: 'tabular-nums' },
        ':focus-visible, .Mui-focusVisible': {
          outline: `3px solid ${theme.tokens.text} !important`,
          outlineOffset: '2px',
        },
        '[role="dialog"]:focus-visible, main:focus-visible, h1:focus-visible': {
          outline: 'none !important',
        },
        '::selection': { background: theme.tokens.tone.run.main, color: theme.tokens.tone.run.ink },
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': {
            animationDuration: '0s !important',
            transitionDuration: '0s !important',
          },
        },
      })}
    />
  );
}
