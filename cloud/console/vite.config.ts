import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { operationTable } from './operation-table.ts';

/** Same rules as the station's screen: relative base, nothing inlined as data: URL, because the policy names 'self' alone. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), operationTable()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'chrome120',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
});
