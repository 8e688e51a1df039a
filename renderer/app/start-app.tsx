import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Bridge } from '#client/bridge.ts';
import { attachBridge } from '#client/client.ts';
import { startSync } from '#client/sync.ts';
import { startScanListener } from '#ui/scan/scan-listener.ts';
import { App } from './App.tsx';
import { startResultSounds } from './result-sounds.ts';

/** Draws the app on top of one way to the station. */
export function startApp(bridge: Bridge): void {
  attachBridge(bridge);
  startSync(bridge);
  startResultSounds();
  startScanListener();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
