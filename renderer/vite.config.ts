import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Relative base, so that one build serves the web host and Electron's own protocol. Nothing is inlined as data: URL,
 * because the content security policy names 'self' alone. `#contract/*` resolves through package.json "imports".
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome120',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
});
