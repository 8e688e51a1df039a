import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import type { ProcessPort } from '#drivers/host/process-port.ts';
import { targets } from '#drivers/targets/registry.ts';
import { createDispatcher } from '#services/dispatch/dispatcher.ts';
import { registerJobs } from '#services/jobs/register-jobs.ts';
import { addDemoPeople } from '#services/people/demo-people.ts';
import { createAuthority } from '#services/pki/authority.ts';
import { createStation } from '#services/station/station.ts';
import { createUnitHandlers } from '#services/units/handlers.ts';
import { openVault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';
import { openStore } from '#store/open.ts';
import { benchArguments, type BenchProcess } from './bench-process.ts';
import { addFirstOfficer } from './first-officer.ts';
import { createLog } from './log.ts';
import type { RunningStation } from './running-station.ts';
import { openVirtualHands } from './virtual-hands.ts';
import { virtualSites } from './virtual-sites.ts';

export interface ComposeOptions {
  dataDir: string;
  demo: boolean;
  /** Folder with `jobs/`; shipped with the app. */
  resources: string;
  noticesFile: string;
  version: string;
  /** Of a real station's key store; null on a demo station. Wiped after use. */
  passphrase: Uint8Array<ArrayBuffer> | null;
  /** Script of the store's threads where it is bundled. */
  storeWorker?: URL;
  spawnDriverHost: () => ProcessPort;
  startBench: null | ((args: string[]) => Promise<BenchProcess>);
  /** `target`: of the simulated chips; all sites of a bench have the same. */
  bench?: { sites: number; speed: 'wire' | 'max'; target?: string };
  /** A sentence for the person at the terminal. */
  notify: (text: string) => void;
}

/** Things to close, last opened first. */
type Closers = (() => Promise<void> | void)[];

/** Closes all of them, also behind one that fails: a part left open would keep its lock. Throws the first failure. */
export async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.toReversed()) {
    await Promise.resolve()
      .then(close)
      .catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Puts a station together out of all its parts and starts it. When a part fails, those before it are closed again and
 * its error is passed on: nothing half-open is left behind.
 */
export async function composeStation(options: ComposeOptions): Promise<RunningStation> {
  const closers: Closers = [];
  try {
    return await build(options, closers);
  } catch (error) {
    // Why the station did not start is what counts, not what failed on the way back.
    await closeAll(closers).catch(() => undefined);
    throw error;
  }
}

/** For what is awaited later: until then nobody looks at a failure, and none is lost. */
function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

async function build(options: ComposeOptions, closers: Closers): Promise<RunningStation> {
  const { dataDir, demo } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // The two child processes need a while of their own: they start while this one opens store and vault.
  const starting = beginBench(options, closers);
  const drivers = createDriverHost(options.spawnDriverHost);
  closers.push(() => drivers.close());
  const store = await openStore({
    dataDir,
    ...(options.storeWorker === undefined ? {} : { worker: options.storeWorker }),
  });
  closers.push(() => store.close());
  const log = createLog(dataDir);
  const registered = begun(registerJobs(store, jobFolder(options), jobTools));
  const peopled = begun(demo ? addDemoPeople(store) : addFirstOfficer(store, options.notify));
  const name = await stationName(store);
  const vault = await openVault({ dataDir, keys: store.keys, source: vaultSource(options) });
  closers.push(() => vault.close());
  const authority = await createAuthority(vault, store, name, demo);
  const jobs = await registered;
  await peopled;
  const bench = await takeBench(starting, options.bench?.target, closers);
  const exportsFolder = join(dataDir, 'exports');
  const station = await createStation({
    ...{ store, vault, authority, drivers, jobs, demo, dataDir, name },
    ...{ hands: bench.hands, sites: bench.sites },
    tools: jobTools,
    targets,
    version: options.version,
    exportsFolder,
    unitHandlers: createUnitHandlers({ store, exportsFolder }),
    notices: await readFile(options.noticesFile, 'utf8'),
    onDefect: (error) => log.defect('-', 'station', error),
  });
  closers.push(() => station.close());
  const { sessions, events } = station;
  const dispatch = createDispatcher({
    handlers: station.handlers,
    sessionOf: (connection) => sessions.touch(connection),
    onDefect: log.defect,
  });
  return {
    dispatch,
    sessionOf: (connection) => sessions.get(connection),
    subscribe: (listener) => events.subscribe(listener),
    close: () => closeAll(closers),
  };
}

function vaultSource({ demo, passphrase }: ComposeOptions): Parameters<typeof openVault>[0]['source'] {
  if (demo) return { kind: 'demo-file' };
  if (passphrase === null) throw new Error('A real station needs the passphrase of its key store.');
  return { kind: 'passphrase', passphrase };
}

/** Chosen once and kept: records name it. */
async function stationName(store: Store): Promise<string> {
  const kept = await store.settings.get('station.name');
  if (kept !== null) return kept;
  const name = `Station ${crypto.randomUUID().slice(0, 4).toUpperCase()}`;
  await store.settings.set('station.name', name, 'station');
  return name;
}

/** The demo job is in the package; a real station's jobs lie in its data folder. */
function jobFolder({ dataDir, demo, resources }: ComposeOptions): string {
  const own = join(dataDir, 'jobs');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return demo ? join(resources, 'jobs') : own;
}

/** Starts the bench and does not wait for it; one that starts late is stopped all the same. */
function beginBench(options: ComposeOptions, closers: Closers): Promise<BenchProcess> | null {
  if (!options.demo || options.startBench === null) return null;
  const { sites, speed, target } = options.bench ?? { sites: 4, speed: 'wire' };
  const starting = begun(options.startBench(benchArguments(sites, speed, target)));
  closers.push(async () => {
    const bench = await starting.catch(() => null);
    await bench?.stop();
  });
  return starting;
}

async function takeBench(
  starting: Promise<BenchProcess> | null,
  target: string | undefined,
  closers: Closers,
) {
  if (starting === null) return { hands: null, sites: [] };
  const child = await starting;
  const hands = await openVirtualHands(child.sites);
  closers.push(() => hands.close());
  return { hands, sites: virtualSites(child.sites, target) };
}
