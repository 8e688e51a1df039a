import { createTheme, type Theme } from '@mui/material/styles';
import { components } from './components.ts';
import { tokens, type ThemeName, type ToneColors, type Tokens } from './tokens.ts';

declare module '@mui/material/styles' {
  interface Theme {
    tokens: Tokens;
  }
  interface ThemeOptions {
    tokens: Tokens;
  }
}

export const SANS = '"Inter Variable", "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
export const MONO = '"JetBrains Mono Variable", "DejaVu Sans Mono", monospace';

/** MUI darkens what is pointed at, and dark ink on a darker ground falls below 4.5:1: the ground stays. */
const filled = ({ main, ink }: ToneColors) => ({ main, dark: main, contrastText: ink });

function build(name: ThemeName): Theme {
  const t = tokens[name];
  return createTheme({
    tokens: t,
    spacing: 4,
    shape: { borderRadius: 10 },
    typography: {
      fontFamily: SANS,
      body1: { fontSize: 15, lineHeight: 1.45 },
      body2: { fontSize: 14, lineHeight: 1.45 },
      h6: { fontSize: 19, fontWeight: 700 },
      button: { textTransform: 'none', fontWeight: 650 },
    },
    palette: {
      mode: t.mode,
      background: { default: t.ground, paper: t.panel },
      text: { primary: t.text, secondary: t.dim, disabled: t.dim },
      divider: t.line,
      primary: filled(t.tone.run),
      secondary: { main: t.accent },
      success: filled(t.tone.pass),
      error: filled(t.tone.fail),
      warning: filled(t.tone.unknown),
    },
    components: components(t),
  });
}

/** The three themes, built once. */
export const themes: Record<ThemeName, Theme> = {
  dark: build('dark'),
  light: build('light'),
  contrast: build('contrast'),
};
