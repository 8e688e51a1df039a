import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { downloadArtifact } from '@electron/get';

// Downloads into the cache, telling each step of progress on standard output, then lets the package's own
// installer unpack it (it checks the digests it ships with).
const require = createRequire(import.meta.url);
const manifest = require.resolve('electron/package.json');
const { version } = require(manifest) as { version: string };
const checksums = require(join(dirname(manifest), 'checksums.json')) as Record<string, string>;
let last = -1;
await downloadArtifact({
  version,
  artifactName: 'electron',
  platform: process.platform,
  arch: process.arch,
  checksums,
  downloadOptions: {
    quiet: true,
    getProgressCallback: (progress: { percent: number; transferred: number }): Promise<void> => {
      if (progress.transferred > last) process.stdout.write(`${Math.round(progress.percent * 100)} %\n`);
      last = progress.transferred;
      return Promise.resolve();
    },
  },
});
const { status } = spawnSync(process.execPath, [join(dirname(manifest), 'install.js')], { stdio: 'ignore' });
process.exit(status ?? 1);
