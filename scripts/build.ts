import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist');

/** Digest of the sources under some folders: a build is skipped when nothing it reads has changed. */
function digestOf(folders: string[]): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of folders) {
    const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const file of files) hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

async function unlessFresh(name: string, folders: string[], make: () => Promise<void>): Promise<void> {
  const stamp = join(out, `.${name}-sources`);
  const digest = digestOf(folders);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  process.stderr.write(`Building ${name} …\n`);
  await make();
  writeFileSync(stamp, digest);
}

/** The screen: dist/renderer. Returns its folder. */
export async function buildRenderer(): Promise<string> {
  const folder = join(out, 'renderer');
  await unlessFresh('renderer', ['renderer', 'electron/contract'], async () => {
    // Under a test runner the environment says "test", and React would be built in its slow development form.
    process.env['NODE_ENV'] = 'production';
    // Loaded only to build: both take longer to load than a fresh build takes to check.
    const { build } = await import('vite');
    await build({
      configFile: join(root, 'renderer', 'vite.config.ts'),
      root: join(root, 'renderer'),
      logLevel: 'error',
    });
  });
  return folder;
}

/** The console of the cloud: dist/console. Returns its folder. */
export async function buildConsole(): Promise<string> {
  const folder = join(out, 'console');
  const sources = ['cloud/console', 'cloud/contract', 'protocol', 'renderer/ui'];
  await unlessFresh('console', sources, async () => {
    process.env['NODE_ENV'] = 'production';
    const { build } = await import('vite');
    await build({
      configFile: join(root, 'cloud', 'console', 'vite.config.ts'),
      root: join(root, 'cloud', 'console'),
      logLevel: 'error',
    });
  });
  return folder;
}

/** Electron's main process, its workers and its preload: dist/electron. */
export async function buildElectron(): Promise<string> {
  const folder = join(out, 'electron');
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Packages stay packages: some read files beside themselves, some are native.
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'error',
    outdir: folder,
    absWorkingDir: root,
  } as const;
  await unlessFresh('electron', ['electron', 'native-drivers', 'protocol', 'connectors'], async () => {
    const { build } = await import('esbuild');
    await build({
      ...common,
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      entryPoints: {
        main: 'electron/main/main.ts',
        'store-worker': 'electron/store/worker.ts',
        'argon2-worker': 'electron/services/vault/argon2-worker.ts',
        'driver-host': 'native-drivers/host/main.ts',
        'virtual-bench': 'native-drivers/virtual/main.ts',
      },
    });
    // A sandboxed preload is CommonJS.
    await build({
      ...common,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      entryPoints: { preload: 'electron/preload/preload.ts' },
    });
  });
  return folder;
}

if (import.meta.main) {
  await buildRenderer();
  await buildConsole();
  await buildElectron();
}
