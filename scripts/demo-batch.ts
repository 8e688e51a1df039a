import type { BatchView } from '#contract/batches.ts';
import type { SiteView } from '#contract/sites.ts';
import { callerOf, type Caller } from '#compose/caller.ts';
import type { RunningStation } from '#compose/running-station.ts';

export interface DemoResult {
  units: number;
  passed: number;
  failed: number;
  seconds: number;
  records: string;
  batchId: string;
}

/** The job that a demo makes where no other one is asked for. */
export const DEMO_JOB = 'TH4';

type Report = (done: number, total: number, failed: number) => void;

/** An operator without a screen: signs in, opens the batch, feeds every socket, takes parts out, closes, exports. */
export async function runDemoBatch(
  station: RunningStation,
  units: number,
  report: Report,
  jobId = DEMO_JOB,
): Promise<DemoResult> {
  const call = callerOf(station, 'demo');
  const { people } = await call('session.people', {});
  const operator = people.find((person) => person.role === 'operator');
  if (operator?.pin === undefined) throw new Error('This is not a demo station: it shows no PIN.');
  await call('session.signIn', { personId: operator.id, pin: operator.pin });
  const batch = await openBatch(call, units, jobId);
  const started = performance.now();
  const passed = await feedSites(station, call, units, report);
  const seconds = (performance.now() - started) / 1000;
  await call('batches.close', { batchId: batch.id, leaveUnknown: false });
  const { folder } = await call('batches.export', { batchId: batch.id });
  return {
    units,
    passed,
    failed: units - passed,
    seconds: Math.round(seconds * 100) / 100,
    records: folder,
    batchId: batch.id,
  };
}

async function openBatch(call: Caller, quantity: number, jobId: string): Promise<BatchView> {
  const { jobs } = await call('jobs.list', {});
  const job = jobs.find(({ id }) => id === jobId);
  if (job?.demoTraveller === undefined) throw new Error(`This station has no demo job ${jobId}.`);
  const scan = await call('scan.resolve', { text: job.demoTraveller });
  if (scan.kind !== 'traveller') throw new Error(`The demo traveller was read as ${scan.kind}.`);
  const { traveller, lot } = scan;
  return call('batches.open', { jobId: scan.jobId, traveller, lot, quantity, checksum: job.checksum });
}

/** Puts `units` parts in, one after the other wherever a socket is free, and resolves with how many passed. */
async function feedSites(
  station: RunningStation,
  call: Caller,
  units: number,
  report: Report,
): Promise<number> {
  const tally = { inserted: 0, done: 0, passed: 0 };
  const acted = new Map<string, string>();
  return new Promise((resolve, reject) => {
    const step = (site: SiteView): void => {
      // Views repeat while nothing changes: act once on each state of each run.
      const key = `${site.state}/${site.run?.id ?? ''}`;
      if (acted.get(site.id) === key) return;
      acted.set(site.id, key);
      // A view says how a run ended before the site is free for the next act.
      setImmediate(() => void act(site).catch(reject));
    };
    const act = async (site: SiteView): Promise<void> => {
      if (site.state === 'empty' && tally.inserted < units) {
        tally.inserted++;
        await call('virtual.insert', { site: site.id });
      } else if (site.state === 'unknown') await call('sites.readBack', { site: site.id });
      else if (site.state === 'passed' || site.state === 'failed') {
        tally.done++;
        if (site.state === 'passed') tally.passed++;
        report(tally.done, units, tally.done - tally.passed);
        await call('virtual.remove', { site: site.id });
      }
      if (tally.done === units && site.state === 'empty') finish();
    };
    const unsubscribe = station.subscribe((topic, payload) => {
      if (topic === 'site.changed') step(payload as SiteView);
    });
    const finish = (): void => {
      unsubscribe();
      resolve(tally.passed);
    };
    call('sites.list', {})
      .then(({ sites }) => sites.forEach(step))
      .catch(reject);
  });
}
