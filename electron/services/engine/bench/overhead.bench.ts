import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallContext } from '#contract/contract.ts';
import type { SiteView } from '#contract/sites.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { startVirtualBench, type BenchSite } from '#drivers/bench/virtual-bench.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { registerJobs } from '#services/jobs/register-jobs.ts';
import { createAuthority } from '#services/pki/authority.ts';
import { createStation, type Station } from '#services/station/station.ts';
import { createUnitHandlers } from '#services/units/handlers.ts';
import { openVault } from '#services/vault/vault.ts';
import { openStore } from '#store/open.ts';

export interface OverheadFigure {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
}

/** CPU time of the station's own process per unit, ms: the driver process and the bench do not count. */
const GOAL_MS = 25;
/** Units before the clock starts, and while it runs, whatever the number of sites: a station in mid-shift, not its start. */
const UNITS = 128;
const root = join(import.meta.dirname, '..', '..', '..', '..');
const operator: CallContext = {
  connection: 'bench',
  session: {
    person: { id: '114', name: 'Bench', role: 'operator' },
    signedInAt: new Date().toISOString(),
  },
};

/** Makes units on 8, 32 and 64 unpaced sites and tells what each cost the station. */
export async function benchOverhead(): Promise<OverheadFigure[]> {
  const figures: OverheadFigure[] = [];
  for (const sites of [8, 32, 64]) {
    const milliseconds = await measure(sites);
    figures.push({
      name: `overhead: ${sites} sites`,
      value: milliseconds,
      unit: 'ms CPU/unit',
      goal: GOAL_MS,
    });
  }
  return figures;
}

async function measure(count: number): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-overhead-'));
  const bench = await startVirtualBench({ target: 'ra8m1', sites: count, speed: 'max', empty: true });
  const { station, close } = await openStation(dataDir, bench.sites);
  const controls = await Promise.all(bench.sites.map((site) => openBenchControl(site.control)));
  try {
    const each = Math.ceil(UNITS / count);
    await openBatch(station, 2 * each * count);
    // The first units pay for compiling: a share that a batch of 20,000 does not see.
    await makeUnits(station, bench.sites, controls, each);
    const before = process.cpuUsage();
    await makeUnits(station, bench.sites, controls, each);
    const { user, system } = process.cpuUsage(before);
    return Math.round((user + system) / 10 / (each * count)) / 100;
  } finally {
    await Promise.all(controls.map((control) => control.close()));
    await close();
    await bench.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function openStation(dataDir: string, sites: BenchSite[]) {
  const store = await openStore({ dataDir });
  const vault = await openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });
  const authority = await createAuthority(vault, store, 'Bench');
  const drivers = createDriverHost(() => spawnForked(join(root, 'native-drivers', 'host', 'main.ts')));
  const station = await createStation({
    ...{ store, vault, authority, drivers, dataDir, hands: null, targets: [], demo: true },
    ...{ version: '0', name: 'Bench', notices: '', exportsFolder: join(dataDir, 'exports') },
    tools: jobTools,
    jobs: await registerJobs(store, join(root, 'resources', 'jobs'), jobTools),
    unitHandlers: createUnitHandlers({ store, exportsFolder: join(dataDir, 'exports') }),
    sites: sites.map(({ id, link, control }, index) => ({
      ...{ site: id, row: 0, column: index, target: 'ra8m1', programmer: 'Virtual bench', virtual: true },
      link: { path: link, control: { kind: 'bench', socket: control } },
    })),
    onDefect: (error) => process.emitWarning(String(error)),
  });
  const close = async (): Promise<void> => {
    await station.close();
    await drivers.close();
    vault.close();
    await store.close();
  };
  return { station, close };
}

async function openBatch({ handlers }: Station, quantity: number): Promise<void> {
  const { jobs } = await handlers['jobs.list']({}, operator);
  const [job] = jobs;
  if (job === undefined) throw new Error('The demo job is missing.');
  const request = { jobId: job.id, traveller: 'BENCH', lot: 'BENCH', quantity, checksum: job.checksum };
  await handlers['batches.open'](request, operator);
}

/** Feeds every site with `each` parts, one after the other, all sites at once. */
async function makeUnits(
  station: Station,
  sites: BenchSite[],
  controls: BenchControl[],
  each: number,
): Promise<void> {
  await Promise.all(
    sites.map(async ({ id }, index) => {
      for (let made = 0; made < each; made += 1) {
        const settled = until(station, id, (view) => view.state !== 'running' && view.run !== null);
        await controls[index]?.insert();
        const view = await settled;
        if (view.state !== 'passed') throw new Error(`${id}: ${view.run?.error?.what ?? view.state}`);
        const empty = until(station, id, (next) => next.state === 'empty');
        await controls[index]?.remove();
        await empty;
      }
    }),
  );
}

function until(station: Station, site: string, holds: (view: SiteView) => boolean): Promise<SiteView> {
  return new Promise((resolve) => {
    const remove = station.events.subscribe((topic, payload) => {
      const view = payload as SiteView;
      if (topic !== 'site.changed' || view.id !== site || !holds(view)) return;
      remove();
      resolve(view);
    });
  });
}
