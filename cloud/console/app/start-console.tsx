import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { call } from '../client/client.ts';
import { useLine } from '../client/line.ts';
import { useSession } from '../client/session.ts';
import { App } from './App.tsx';

function whoAmI(): void {
  call('session', {}).then(
    (session) => useSession.setState({ session, known: true }),
    // Not signed in, or no line yet: the sign-in page says which.
    () => useSession.setState({ known: true }),
  );
}

/** Draws the console. */
export function startConsole(): void {
  whoAmI();
  useLine.subscribe((now, before) => {
    if (now.epoch !== before.epoch && useSession.getState().session === null) whoAmI();
  });
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
