import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildElectron, buildRenderer } from './build.ts';

// Packages for the platform it runs on; signing keys come from electron-builder's own environment variables.
await buildRenderer();
await buildElectron();
const cli = join(import.meta.dirname, '..', 'node_modules', 'electron-builder', 'cli.js');
const { status } = spawnSync(process.execPath, [cli, '--publish', 'never', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
