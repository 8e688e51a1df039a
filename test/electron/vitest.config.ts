import { defineConfig } from 'vitest/config';

/** The suite that needs the Electron binary: run by `npm test` wherever it is present. */
export default defineConfig({
  test: { include: ['test/electron/*.suite.ts'], testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' },
});
