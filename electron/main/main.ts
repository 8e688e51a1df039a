import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { app, dialog, protocol, session } from 'electron';
import { composeStation } from '#compose/compose-station.ts';
import { dataFolder } from '#compose/data-folder.ts';
import { readPassphrase } from '#compose/passphrase.ts';
import { startupFailure } from '#compose/startup-failure.ts';
import { spawnUtility, startUtilityBench } from './processes.ts';
import { attachIpc } from './ipc-carrier.ts';
import { servePages } from './page-protocol.ts';
import { createWindow, denyPermissions, PAGE_ORIGIN } from './window.ts';

const here = dirname(fileURLToPath(import.meta.url));

app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: 'rootline', privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function start(): Promise<void> {
  const options = parseArgs({
    args: process.argv.slice(app.isPackaged ? 1 : 2),
    options: {
      'data-dir': { type: 'string' },
      'passphrase-file': { type: 'string' },
      'no-demo': { type: 'boolean', default: false },
    },
    strict: false,
  }).values;
  await app.whenReady();
  // A partition of its own, kept in memory: nothing of the page is left on the disk.
  const partition = session.fromPartition('station');
  denyPermissions(partition);
  servePages(partition, join(here, '..', 'renderer'));
  const station = await composeStation({
    dataDir: dataFolder(text(options['data-dir'])),
    demo: options['no-demo'] !== true,
    passphrase: options['no-demo'] === true ? await readPassphrase(text(options['passphrase-file'])) : null,
    resources: join(app.getAppPath(), 'resources'),
    noticesFile: join(app.getAppPath(), 'THIRD-PARTY-NOTICES.txt'),
    version: app.getVersion(),
    storeWorker: new URL('./store-worker.mjs', import.meta.url),
    spawnDriverHost: () => spawnUtility(join(here, 'driver-host.mjs'), 'Rootline drivers'),
    startBench:
      process.platform === 'win32'
        ? null
        : (args) => startUtilityBench(join(here, 'virtual-bench.mjs'), args),
    notify: (sentence) => void dialog.showMessageBox({ message: sentence }),
  });
  const window = createWindow(join(here, 'preload.cjs'), partition);
  attachIpc(window, station);
  app.on('second-instance', () => window.focus());
  app.on('window-all-closed', () => void station.close().finally(() => app.quit()));
  await window.loadURL(`${PAGE_ORIGIN}/`);
}

if (!app.requestSingleInstanceLock()) app.quit();
else
  start().catch((error: unknown) => {
    const failure = startupFailure(error);
    dialog.showErrorBox(failure.title, failure.text);
    app.exit(1);
  });
