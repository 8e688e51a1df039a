import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { Router } from 'wouter';
import { hashHref, useGuardedLocation } from '#ui/leave-guard.ts';
import { usePreferences } from '#ui/preferences.ts';
import { GlobalLook } from '#ui/theme/GlobalLook.tsx';
import { themes } from '#ui/theme/theme.ts';
import { ErrorBoundary } from '#ui/pieces/ErrorBoundary.tsx';
import { viewOf } from '#client/client.ts';
import { Gate } from './Gate.tsx';

// The host puts a fresh nonce into the page; every style sheet made at run time carries it.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
const cache = createCache({ key: 'rl', ...(nonce === undefined ? {} : { nonce }) });

/** Theme, routes and the gate in front of them. */
export function App() {
  const theme = usePreferences((s) => s.theme);
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={themes[theme]}>
        <CssBaseline />
        <GlobalLook />
        <ErrorBoundary viewOf={viewOf}>
          <Router hook={useGuardedLocation} hrefs={hashHref}>
            <Gate />
          </Router>
        </ErrorBoundary>
      </ThemeProvider>
    </CacheProvider>
  );
}
