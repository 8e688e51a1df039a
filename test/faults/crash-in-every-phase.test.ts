import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { loadJobs } from '#services/jobs/load-job.ts';
import {
  openDemoBatch,
  openHands,
  openTestStation,
  startBench,
  type OpenStation,
  type TestHands,
} from '../integration/harness.ts';
import type { CrashOrder } from './crash-station.ts';
import { kill, runUntilHeld } from './crash.test-support.ts';

type Bench = Awaited<ReturnType<typeof startBench>>;
type After = CrashOrder['hold'][string]['after'];

/**
 * One site per phase, each held at its own place, and one kill -9 for all of them: after the restart every run ends as
 * exactly what its chip reads back. The bench lives on, as real parts would.
 */
describe('kill -9 in every phase', () => {
  let bench: Bench;
  let hands: TestHands;
  let phases: string[];
  beforeAll(async () => {
    const jobs = await loadJobs(join(import.meta.dirname, '..', '..', 'resources', 'jobs'), jobTools);
    phases = [...jobs.values()][0]!.recipe.phases.map((phase) => phase.id);
    bench = await startBench(phases.length);
    hands = await openHands(bench.sites);
  });
  afterAll(async () => {
    await hands.close();
    await bench.stop();
  });

  const cases: After[] = ['intent', 'act', 'evidence'];
  it.each(cases)('after the %s of each', { timeout: 120_000 }, async (after) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rootline-crash-'));
    const sites = bench.sites.map((site) => site.id);
    for (const site of sites) await hands.remove(site).catch(() => undefined);
    await openBatchIn(dataDir, phases.length);
    const hold = Object.fromEntries(sites.map((site, index) => [site, { phase: phases[index]!, after }]));
    const child = await runUntilHeld({ dataDir, bench: bench.sites, hold }, async () => {
      await Promise.all(sites.map((site) => hands.insert(site)));
    });
    await kill(child);
    const open = await openTestStation({ dataDir, bench: bench.sites, hands });
    try {
      await Promise.all(sites.map((site, index) => accounted(open, site, phases[index]!, after)));
      await addsUp(open);
    } finally {
      await open.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  /** What the chip says decides; the phase only tells what it can say. */
  async function accounted(open: OpenStation, site: string, phase: string, after: After): Promise<void> {
    const view = await open.until(site, 'passed', 'failed');
    const locked = (await hands.control(site).status()).dlm === 'LCK_BOOT';
    expect(view.state, `${site} in ${phase}`).toBe(locked ? 'passed' : 'failed');
    const shouldBeLocked = phase === 'read-back' || (phase === 'lock' && after !== 'intent');
    expect(locked, `${site} in ${phase}`).toBe(shouldBeLocked);
    if (locked) return;
    const error = view.run?.error;
    expect(error?.code).toBe('interrupted');
    expect(error?.retry).toBe(true);
    const untouched = phase === 'identify' && after !== 'evidence';
    expect(error?.chip).toBe(untouched ? 'Nothing was written to it.' : 'Not locked.');
  }

  /** Every unit that was debited is made; what was debited for a part that stayed open was given back. */
  async function addsUp(open: OpenStation): Promise<void> {
    const { batch } = await open.call('batches.current', {});
    const { jobs } = await open.call('jobs.list', {});
    const counts = batch!.counts;
    expect(counts).toMatchObject({ unknown: 0, running: 0, debited: counts.made });
    expect(jobs[0]!.allowance.total - jobs[0]!.allowance.left).toBe(counts.made);
    expect(await open.store.audit.verify()).toBeNull();
  }

  async function openBatchIn(dataDir: string, quantity: number): Promise<void> {
    const open = await openTestStation({ dataDir, bench: bench.sites, hands });
    await openDemoBatch(open.call, quantity);
    await open.close();
  }
});
