import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readFile } from 'node:fs/promises';
import { startCloud, type Cloud } from '#cloud/server/cloud.ts';
import { addTenant } from '#cloud/server/first-start.ts';
import type { CloudOptions } from '#cloud/server/config.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { buildConsole } from './build.ts';

const DATA_DIR = join(homedir(), '.rootline-cloud');
const HELP = `Rootline cloud: what stations sync to

  npm run cloud -- [options]

  --data-dir DIR      master key and, without DATABASE_URL, the database   (default ${DATA_DIR})
  --host ADDRESS      address to listen on                                  (default 127.0.0.1)
  --port N            console, API, join, EST, CRL                          (default 8443)
  --station-port N    stations' line, mutual TLS 1.3                        (default 8444)
  --public-url URL    as others reach the console: https://cloud.example:8443
  --station-url URL   as stations reach their line
  --name NAME         of the tenant that the first start makes
  --add-tenant NAME   makes one more tenant, prints its admin token once, and ends; nodes take it in at their next start
  --json              one line of JSON on standard output
  --help              this text

  DATABASE_URL              PostgreSQL 15 or newer; several nodes may share it
  ROOTLINE_CLOUD_KEY_FILE   master key, the same for all nodes of a database   (default <data dir>/master.key)
  ROOTLINE_TLS_CERT, ROOTLINE_TLS_KEY   files (PEM) for the console; otherwise the cloud's own authority
  ROOTLINE_LOG_LEVEL        debug, info, warn, error                            (default info)
`;

const options = {
  'data-dir': { type: 'string', default: DATA_DIR },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8443' },
  'station-port': { type: 'string', default: '8444' },
  'public-url': { type: 'string' },
  'station-url': { type: 'string' },
  name: { type: 'string', default: 'Rootline cloud' },
  'add-tenant': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
type Given = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function end(text: string, code: number): never {
  process.stderr.write(text);
  process.exit(code);
}

function parse(): Given {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return end(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`, 2);
  }
}

function portOf(name: 'port' | 'station-port', text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  return end(`--${name} takes a number from 0 to 65535, not "${text}".\n`, 2);
}

async function tlsFiles(): Promise<CloudOptions['tls']> {
  const [cert, key] = [process.env['ROOTLINE_TLS_CERT'], process.env['ROOTLINE_TLS_KEY']];
  if ((cert === undefined) !== (key === undefined))
    end('ROOTLINE_TLS_CERT and ROOTLINE_TLS_KEY go together: give both or neither.\n', 2);
  if (cert === undefined || key === undefined) return undefined;
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

async function optionsOf(given: Given): Promise<CloudOptions> {
  return {
    ...{ dataDir: given['data-dir'], host: given.host, name: given.name },
    ...{ port: portOf('port', given.port), stationPort: portOf('station-port', given['station-port']) },
    ...{ publicUrl: given['public-url'], stationUrl: given['station-url'] },
    ...{ databaseUrl: process.env['DATABASE_URL'], keyFile: process.env['ROOTLINE_CLOUD_KEY_FILE'] },
    tls: await tlsFiles(),
    consoleFolder: await buildConsole(),
    log: { level: process.env['ROOTLINE_LOG_LEVEL'] ?? 'info' },
  };
}

/** In groups of four: so that two people can compare it. */
const grouped = (fingerprint: string): string => fingerprint.match(/.{4}/g)?.join(' ') ?? fingerprint;

function announce(cloud: Cloud, json: boolean): void {
  const { publicUrl, stationUrl, rootFingerprint, adminToken } = cloud;
  if (json) {
    process.stdout.write(`${JSON.stringify({ publicUrl, stationUrl, rootFingerprint, adminToken })}\n`);
    return;
  }
  process.stdout.write(
    `Console      ${publicUrl}\nStations     ${stationUrl}\nFingerprint  ${grouped(rootFingerprint)}\n`,
  );
  if (adminToken !== null)
    process.stdout.write(`Admin token  ${adminToken}\n             shown this once; keep it safe\n`);
  process.stdout.write('Ctrl+C stops the cloud.\n');
}

const given = parse();
if (given.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
async function oneMore(name: string): Promise<never> {
  if (name.trim() === '' || name.length > 120) end('--add-tenant takes a name of 1 to 120 characters.\n', 2);
  const { tenant, adminToken } = await addTenant(await optionsOf(given), name.trim());
  const text = `Tenant       ${tenant.name}\nAdmin token  ${adminToken}\n             shown this once; keep it safe\n`;
  process.stdout.write(given.json ? `${JSON.stringify({ tenant, adminToken })}\n` : text);
  process.exit(0);
}

try {
  if (given['add-tenant'] !== undefined) await oneMore(given['add-tenant']);
  const cloud = await startCloud(await optionsOf(given));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void cloud.close().finally(() => process.exit(0)));
  // Whoever reads this may stop it at once.
  announce(cloud, given.json);
} catch (error) {
  if (!(error instanceof CloudError)) throw error;
  end(`${error.problem.what}\n${error.problem.next}\n`, 1);
}
