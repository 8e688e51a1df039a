import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { DEMO_TARGET } from '#compose/bench-process.ts';
import { composeInNode } from '#compose/compose-in-node.ts';
import { dataFolder } from '#compose/data-folder.ts';
import { readPassphrase } from '#compose/passphrase.ts';
import { startupFailure } from '#compose/startup-failure.ts';
import { simulatedTargets } from '#drivers/virtual/targets.ts';
import { startWebHost } from '#web-host/web-host.ts';
import { buildElectron, buildRenderer } from './build.ts';
import { electronBinary, fetchElectron } from './fetch-electron.ts';
import { openInBrowser } from './open-in-browser.ts';

const HELP = `Rootline station

  npm start                     the desktop app, or the same screen in a browser
  npm start -- [options]

  --data-dir DIR   where keys, batches and records live   (default ${dataFolder(undefined)})
  --port N         port of the browser screen              (default: any free one)
  --no-demo        a real station: no demo job, people, CA or virtual bench
  --passphrase-file FILE   (with --no-demo) passphrase of the key store; asked for on the terminal otherwise
  --web            the browser screen even where Electron is present
  --no-open        print the link only
  --bench-sites N  sites of the virtual bench, browser screen only   (default 4)
  --bench-speed S  wire: paced as in life; max: as fast as it goes   (default wire)
  --target T       chip of the virtual bench's sites, browser screen only    (default ${DEMO_TARGET})
  --help           this text
`;

const options = {
  'data-dir': { type: 'string' },
  port: { type: 'string' },
  'no-demo': { type: 'boolean', default: false },
  'passphrase-file': { type: 'string' },
  web: { type: 'boolean', default: false },
  'no-open': { type: 'boolean', default: false },
  'bench-sites': { type: 'string', default: '4' },
  'bench-speed': { type: 'string', default: 'wire' },
  target: { type: 'string', default: DEMO_TARGET },
  help: { type: 'boolean', default: false },
} as const;

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);

/** Null where Electron can run; otherwise the one-line reason why it cannot. */
async function whyNoElectron(): Promise<string | null> {
  if (!hasDisplay()) return 'This machine has no display';
  if (electronBinary() !== null) return null;
  return fetchElectron(10);
}

async function runElectron(binary: string, args: string[]): Promise<number> {
  await buildElectron();
  const root = join(import.meta.dirname, '..');
  // Chromium's own sandbox refuses to start as root; a station is not run as root.
  const child = spawn(binary, [root, ...args], { stdio: 'inherit' });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

function parse(): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

/** The size and pace of the virtual bench, or an end with what is wrong about them. */
function benchOf(given: ReturnType<typeof parse>): { sites: number; speed: 'wire' | 'max'; target: string } {
  const { 'bench-sites': sites, 'bench-speed': speed, target } = given;
  const count = Number(sites);
  if (!simulatedTargets.has(target)) {
    const known = [...simulatedTargets.keys()].join(', ');
    process.stderr.write(`--target takes one of ${known}.\n`);
    process.exit(2);
  }
  if ((speed === 'wire' || speed === 'max') && Number.isInteger(count) && count >= 1 && count <= 64)
    return { sites: count, speed, target };
  process.stderr.write('--bench-sites takes a number from 1 to 64, --bench-speed takes wire or max.\n');
  process.exit(2);
}

async function runWebHost(given: ReturnType<typeof parse>, rendererFolder: string): Promise<void> {
  const dataDir = dataFolder(given['data-dir']);
  const station = await composeInNode({
    dataDir,
    bench: benchOf(given),
    demo: !given['no-demo'],
    passphrase: given['no-demo'] ? await readPassphrase(given['passphrase-file']) : null,
    notify: (text) => process.stderr.write(`${text}\n`),
  });
  const port = Number(given.port ?? 0);
  const host = await startWebHost({ station, rendererFolder, port }).catch(async (error: unknown) => {
    await station.close();
    throw error;
  });
  const link = host.freshLink();
  process.stdout.write(`${link}\n`);
  process.stderr.write(`Data: ${dataDir}\nEnter gives a fresh link, Ctrl+C stops the station.\n`);
  if (hasDisplay() && !given['no-open']) openInBrowser(link, dataDir);
  createInterface({ input: process.stdin }).on('line', () => process.stdout.write(`${host.freshLink()}\n`));
  const stop = (): void => {
    void host
      .close()
      .then(() => station.close())
      .finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
}

const given = parse();
if (given.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (given.port !== undefined && !(/^\d{1,5}$/.test(given.port) && Number(given.port) <= 65_535)) {
  process.stderr.write(`--port takes a number from 0 to 65535, not "${given.port}".\n`);
  process.exit(2);
}
const rendererFolder = await buildRenderer();
if (!existsSync(join(rendererFolder, 'index.html'))) throw new Error('The screen was not built.');
const reason = given.web ? 'Asked for the browser screen' : await whyNoElectron();
const binary = electronBinary();
try {
  if (reason === null && binary !== null) process.exit(await runElectron(binary, process.argv.slice(2)));
  process.stderr.write(`${reason ?? 'Electron is not there'}: the station runs in a browser instead.\n`);
  await runWebHost(given, rendererFolder);
} catch (error) {
  const { title, text } = startupFailure(error);
  process.stderr.write(`${title}\n${text}\n`);
  process.exit(1);
}
