import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChannelName, Request, Response } from '#contract/contract.ts';
import type { Session } from '#contract/session.ts';
import type { SiteState, SiteView } from '#contract/sites.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { targets } from '#drivers/targets/registry.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import type { VirtualHands } from '#services/bench/virtual-hands.ts';
import { registerJobs } from '#services/jobs/register-jobs.ts';
import { addDemoPeople } from '#services/people/demo-people.ts';
import { createAuthority } from '#services/pki/authority.ts';
import type { SiteConfig } from '#services/sites/site-config.ts';
import { createStation, type Station, type StationDeps } from '#services/station/station.ts';
import { createUnitHandlers } from '#services/units/handlers.ts';
import { openVault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';
import { openStore } from '#store/open.ts';
import { benchArguments, startNodeBench, type BenchProcess, type BenchSite } from '#compose/bench-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = (path: string) => join(root, path);

/** The operator's hands of a test: those of the app, and what only a test does. */
export interface TestHands extends VirtualHands {
  insertPart(site: string, uid?: string): Promise<void>;
  control(site: string): BenchControl;
  uid(site: string): Promise<string>;
  close(): Promise<void>;
}

/** A real virtual bench in a process of its own, with empty sockets. */
export async function startBench(
  sites: number,
  speed: 'wire' | 'max' = 'max',
  target?: string,
): Promise<BenchProcess> {
  return startNodeBench(script('native-drivers/virtual/main.ts'), benchArguments(sites, speed, target));
}

export async function openHands(sites: readonly BenchSite[]): Promise<TestHands> {
  const controls = new Map<string, BenchControl>();
  for (const site of sites) controls.set(site.id, await openBenchControl(site.control));
  const control = (site: string): BenchControl => {
    const found = controls.get(site);
    if (found === undefined) throw new Error(`no site ${site}`);
    return found;
  };
  return {
    control,
    insert: (site) => control(site).insert(),
    insertPart: (site, uid) => control(site).insert(uid),
    remove: (site) => control(site).remove(),
    cable: async (site, plugged) => {
      await control(site).cable(plugged);
    },
    fault: (site, fault) => control(site).fault(fault),
    uid: async (site) => (await control(site).status()).uid ?? '',
    close: async () => {
      await Promise.all([...controls.values()].map((one) => one.close()));
    },
  };
}

/** The bench's sites as the station's settings would carry them. */
export function siteConfigs(sites: readonly BenchSite[], target = 'ra8m1'): SiteConfig[] {
  return sites.map(({ id, link, control }) => ({
    site: id,
    row: id.charCodeAt(0) - 'A'.charCodeAt(0),
    column: Number(id.slice(1)) - 1,
    link: { path: link, control: { kind: 'bench', socket: control } },
    target,
    programmer: 'Virtual bench',
    virtual: true,
  }));
}

export type Call = <C extends ChannelName>(channel: C, request: Request<C>) => Promise<Response<C>>;

export interface OpenStation {
  station: Station;
  store: Store;
  drivers: DriverHost;
  /** Calls a handler as a signed-in person: operator unless told. */
  call: Call;
  callAs(role: Session['person']['role']): Call;
  /** Resolves with the view once the site is in one of the states, now or by an event. */
  until(site: string, ...states: SiteState[]): Promise<SiteView>;
  untilSite(site: string, holds: (view: SiteView) => boolean): Promise<SiteView>;
  defects: unknown[];
  close(): Promise<void>;
}

export interface StationOptions {
  dataDir: string;
  bench: readonly BenchSite[];
  hands: VirtualHands | null;
  /** Other sites than those of the bench. */
  sites?: readonly SiteConfig[];
  /** Bound of the database: a disk that fills up. */
  maxPages?: number;
  /** Time and time-outs of the line to the cloud. */
  line?: NonNullable<StationDeps['line']>;
  /** Wraps what the station gets, to watch or to hold it. */
  wrap?: (deps: StationDeps) => StationDeps;
}

/** A whole station over real parts: SQLite, vault, authority, driver process. Only the windows are missing. */
export async function openTestStation(options: StationOptions): Promise<OpenStation> {
  const { dataDir, bench, hands } = options;
  const { maxPages } = options;
  const store = await openStore({ dataDir, ...(maxPages === undefined ? {} : { maxPages }) });
  const vault = await openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });
  const authority = await createAuthority(vault, store, 'Test station');
  await addDemoPeople(store);
  const drivers = createDriverHost(() => spawnForked(script('native-drivers/host/main.ts')));
  const defects: unknown[] = [];
  const deps: StationDeps = {
    ...{ store, vault, authority, drivers, hands, targets, dataDir, demo: true, tools: jobTools },
    ...(options.line === undefined ? {} : { line: options.line }),
    jobs: await registerJobs(store, script('resources/jobs'), jobTools),
    sites: options.sites ?? siteConfigs(bench),
    unitHandlers: createUnitHandlers({ store, exportsFolder: join(dataDir, 'exports') }),
    version: '0.0.0',
    name: 'Test station',
    exportsFolder: join(dataDir, 'exports'),
    notices: '',
    onDefect: (error) => void defects.push(error),
  };
  const station = await createStation(options.wrap === undefined ? deps : options.wrap(deps));
  const close = async (): Promise<void> => {
    await station.close();
    await drivers.close();
    vault.close();
    await store.close();
  };
  const untilSite = (site: string, holds: (view: SiteView) => boolean) => waitForSite(station, site, holds);
  return {
    ...{ station, store, drivers, defects, close, untilSite },
    call: callAs(station, 'operator'),
    callAs: (role) => callAs(station, role),
    until: (site, ...states) => untilSite(site, (view) => states.includes(view.state)),
  };
}

function callAs(station: Station, role: Session['person']['role']): Call {
  const session: Session = {
    person: { id: role === 'operator' ? '114' : '207', name: role, role },
    signedInAt: new Date().toISOString(),
  };
  return (channel, request) => {
    // The table guarantees that request and handler belong together; TypeScript cannot follow a union of keys.
    const handler = station.handlers[channel] as (request: unknown, context: unknown) => Promise<never>;
    return handler(request, { connection: 'test', session });
  };
}

async function waitForSite(
  station: Station,
  site: string,
  holds: (view: SiteView) => boolean,
): Promise<SiteView> {
  const { promise, resolve } = Promise.withResolvers<SiteView>();
  const remove = station.events.subscribe((topic, payload) => {
    const view = payload as SiteView;
    if (topic === 'site.changed' && view.id === site && holds(view)) resolve(view);
  });
  const { sites } = await station.handlers['sites.list']({}, { connection: 'test', session: null });
  const now = sites.find((one) => one.id === site);
  if (now !== undefined && holds(now)) resolve(now);
  return promise.finally(remove);
}

export interface TestStation extends OpenStation {
  hands: TestHands;
  bench: BenchProcess;
  dataDir: string;
  /** Opens a batch of the demo job, or of another one. */
  openBatch(quantity: number, jobId?: string): Promise<Response<'batches.open'>>;
  dispose(): Promise<void>;
}

/** Bench, station and a fresh data folder; `dispose` ends and removes all of it. */
export async function startTestStation(
  // `chip`: the target whose parts are on the bench, where they are not those of the sites.
  options: { sites: number; speed?: 'wire' | 'max'; target?: string; chip?: string } & Pick<
    StationOptions,
    'wrap' | 'maxPages' | 'line'
  >,
): Promise<TestStation> {
  const { wrap, maxPages, line } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-test-'));
  const bench = await startBench(options.sites, options.speed, options.chip ?? options.target);
  const hands = await openHands(bench.sites);
  const open = await openTestStation({
    ...{ dataDir, bench: bench.sites, hands, sites: siteConfigs(bench.sites, options.target) },
    ...(wrap === undefined ? {} : { wrap }),
    ...(maxPages === undefined ? {} : { maxPages }),
    ...(line === undefined ? {} : { line }),
  });
  return {
    ...{ ...open, hands, bench, dataDir },
    openBatch: (quantity, jobId) => openDemoBatch(open.call, quantity, jobId),
    dispose: async () => {
      await open.close();
      await hands.close();
      await bench.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resolves once the site is in that phase. */
export const inPhase = (
  test: Pick<OpenStation, 'untilSite'>,
  site: string,
  phase: string,
): Promise<SiteView> => test.untilSite(site, ({ run }) => run?.phases[run.current ?? -1]?.id === phase);

/** Leaves the part of a site in doubt: the cable goes while it locks. Returns its unique id. */
export async function leaveUnknown(test: OpenStation, hands: TestHands, site: string): Promise<string> {
  await hands.insert(site);
  await inPhase(test, site, 'lock');
  await hands.cable(site, false);
  await test.until(site, 'unknown');
  return hands.uid(site);
}

/** Opens a batch of the demo job as an operator would: scan, compare, confirm. */
export async function openDemoBatch(
  call: Call,
  quantity: number,
  jobId = 'TH4',
): Promise<Response<'batches.open'>> {
  const { jobs } = await call('jobs.list', {});
  const job = jobs.find(({ id }) => id === jobId);
  if (job === undefined) throw new Error('the demo job is missing');
  return call('batches.open', {
    jobId: job.id,
    traveller: `RL1;J=${job.id};L=LOT-1;Q=${quantity}`,
    lot: 'LOT-1',
    quantity,
    checksum: job.checksum,
  });
}

/** An operator who does at once what a site asks. Returns what was asked so far. */
export function answerPrompts(
  { station, call }: Pick<OpenStation, 'station' | 'call'>,
  site: string,
  act: (request: string) => Promise<void> = () => Promise.resolve(),
): () => string[] {
  const asked: string[] = [];
  const seen = new Set<string>();
  station.events.subscribe((topic, payload) => {
    const { id, prompt } = payload as SiteView;
    if (topic !== 'site.changed' || id !== site || prompt === null || seen.has(prompt.id)) return;
    seen.add(prompt.id);
    asked.push(prompt.request);
    void act(prompt.request).then(() => call('sites.confirmPrompt', { site, prompt: prompt.id }));
  });
  return () => asked;
}
