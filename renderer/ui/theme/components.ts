import type { ThemeOptions } from '@mui/material/styles';
import type { Tokens } from './tokens.ts';

/** Overrides that make MUI fit gloves (48 px), show focus, and keep still where the reader asked for it. */
export function components(t: Tokens): NonNullable<ThemeOptions['components']> {
  const frame = t.frameWidth > 2 ? 2 : 1;
  return {
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiButton: {
      defaultProps: { variant: 'outlined', disableElevation: true },
      styleOverrides: {
        root: { minHeight: 48, padding: '0 20px', fontSize: 15, borderRadius: 10, whiteSpace: 'nowrap' },
        outlined: {
          backgroundColor: t.raised,
          borderColor: t.line,
          color: t.text,
          '&.MuiButton-colorError:not(.Mui-disabled)': { color: t.tone.fail.main },
        },
        contained: {
          '&:hover': { filter: 'brightness(1.1)' },
          '&.Mui-disabled': { backgroundColor: t.raised, color: t.dim, outline: `1px dashed ${t.edge}` },
        },
      },
    },
    MuiIconButton: { styleOverrides: { root: { width: 48, height: 48, borderRadius: 10, color: t.text } } },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none', boxShadow: 'none' } } },
    MuiDialog: {
      styleOverrides: { paper: { borderRadius: 14, border: `${frame}px solid ${t.edge}`, padding: 8 } },
    },
    MuiDrawer: {
      styleOverrides: {
        paper: { border: 0, borderLeft: `${frame}px solid ${t.line}`, backgroundColor: t.panel },
      },
    },
    MuiDialogActions: { styleOverrides: { root: { padding: '8px 24px 16px', gap: 8 } } },
    MuiOutlinedInput: {
      styleOverrides: {
        root: {
          minHeight: 48,
          backgroundColor: t.raised,
          // The frame is the ring here: one around the field would run through its label.
          '&.Mui-focused .MuiOutlinedInput-notchedOutline': { borderColor: t.text, borderWidth: 3 },
        },
        notchedOutline: { borderColor: t.edge },
        input: { paddingTop: 12, paddingBottom: 12, '&:focus-visible': { outline: 'none !important' } },
      },
    },
    MuiDialogContent: { styleOverrides: { root: { fontSize: 15 } } },
    MuiInputLabel: {
      styleOverrides: {
        root: {
          color: t.dim,
          // In the middle of the field, whose padding is smaller than MUI's.
          '&.MuiInputLabel-outlined:not(.MuiInputLabel-shrink)': { transform: 'translate(14px, 12px)' },
        },
      },
    },
    MuiMenu: { styleOverrides: { paper: { border: `1px solid ${t.edge}`, borderRadius: 10 } } },
    MuiAutocomplete: {
      styleOverrides: {
        paper: { border: `1px solid ${t.edge}`, borderRadius: 10 },
        option: { minHeight: 48 },
      },
    },
    MuiMenuItem: { styleOverrides: { root: { minHeight: 48 } } },
    MuiToggleButton: {
      styleOverrides: {
        root: {
          minHeight: 48,
          padding: '0 16px',
          textTransform: 'none',
          color: t.text,
          borderColor: t.edge,
          '&.Mui-selected, &.Mui-selected:hover': { backgroundColor: t.tone.run.main, color: t.tone.run.ink },
        },
      },
    },
    MuiTab: {
      styleOverrides: { root: { minHeight: 48, textTransform: 'none', fontSize: 15, color: t.dim } },
    },
    MuiTooltip: {
      styleOverrides: { tooltip: { backgroundColor: t.text, color: t.ground, fontSize: 13 } },
    },
  };
}
