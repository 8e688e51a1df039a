import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SiteView } from '#contract/sites.ts';
import {
  openDemoBatch,
  openHands,
  openTestStation,
  siteConfigs,
  startBench,
  type OpenStation,
  type TestHands,
} from '../integration/harness.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function bench(target: string, sites = 1) {
  const process = await startBench(sites, 'max', target);
  closers.push(() => process.stop());
  const hands = await openHands(process.sites);
  closers.push(() => hands.close());
  return { sites: process.sites, hands, target };
}

/** A station of its own, with nothing in its store. */
async function station({ sites, hands, target }: Awaited<ReturnType<typeof bench>>): Promise<OpenStation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-provisioned-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  return openTestStation({ dataDir, bench: sites, hands, sites: siteConfigs(sites, target) });
}

async function settled(test: OpenStation, hands: TestHands, site: string, uid?: string): Promise<SiteView> {
  await test.until(site, 'empty');
  await hands.insertPart(site, uid);
  return test.until(site, 'passed', 'failed', 'unknown');
}

/** Made by one station, which then ends; its unique id. */
async function madeElsewhere(on: Awaited<ReturnType<typeof bench>>, jobId: string): Promise<string> {
  const first = await station(on);
  await openDemoBatch(first.call, 1, jobId);
  const view = await settled(first, on.hands, 'A1');
  expect(view.state).toBe('passed');
  const uid = await on.hands.uid('A1');
  await on.hands.remove('A1');
  await first.close();
  return uid;
}

describe('a part that another station has made', () => {
  it.each([
    ['ra8m1', 'TH4', 'provisioned-elsewhere', 'Locked.'],
    ['rx65n', 'TM5', 'provisioned-elsewhere', 'Nothing was written to it.'],
    ['esp32c3', 'TX1', 'provisioned-elsewhere', 'Nothing was written to it.'],
    ['nxp-puf', 'XS5', 'provisioned-elsewhere', 'Nothing was written to it.'],
    ['stm32f4', 'VM2', 'protected', 'Nothing was written to it.'],
    ['stm32f4-swd', 'VP4', 'protected', 'Nothing was written to it.'],
    ['stm32f0-dap', 'YF2', 'provisioned-elsewhere', 'Nothing was written to it.'],
    ['stm32-dfu', 'YL7', 'provisioned-elsewhere', 'Nothing was written to it.'],
    ['cordelia', 'WR9', 'provisioned-elsewhere', 'Nothing was written to it.'],
    ['atecc608', 'XB6', 'provisioned-elsewhere', 'Nothing was written to it.'],
  ])('is refused before anything changes: %s', async (target, jobId, code, chip) => {
    const on = await bench(target);
    const uid = await madeElsewhere(on, jobId);
    const second = await station(on);
    closers.push(() => second.close());
    const { id: batchId } = await openDemoBatch(second.call, 1, jobId);
    const view = await settled(second, on.hands, 'A1', uid);
    expect(view.run?.error).toMatchObject({ code, chip, retry: false });
    // Put in again it has become no part of ours.
    await on.hands.remove('A1');
    const again = await settled(second, on.hands, 'A1', uid);
    expect(again.run?.error).toMatchObject({ code, chip, retry: false });
    const { counts } = await second.call('batches.get', { batchId });
    expect(counts).toMatchObject({ made: 0, unknown: 0, debited: 0 });
  });
});

describe('a part of this station', () => {
  it('that has passed in another batch is refused with the lot that it belongs to', async () => {
    const on = await bench('nxp-puf');
    const test = await station(on);
    closers.push(() => test.close());
    const first = await openDemoBatch(test.call, 1, 'XS5');
    expect((await settled(test, on.hands, 'A1')).state).toBe('passed');
    const uid = await on.hands.uid('A1');
    await on.hands.remove('A1');
    await test.call('batches.close', { batchId: first.id, leaveUnknown: false });
    await openDemoBatch(test.call, 1, 'XS5');
    const view = await settled(test, on.hands, 'A1', uid);
    expect(view.run?.error).toMatchObject({
      code: 'passed-in-other-batch',
      what: 'This part has passed before, in lot LOT-1',
      chip: 'Nothing was written to it.',
    });
  });

  it('in a site that is set up for another chip is refused before it is touched', async () => {
    const on = await bench('ra8m1', 2);
    const dataDir = await mkdtemp(join(tmpdir(), 'rootline-provisioned-'));
    closers.push(() => rm(dataDir, { recursive: true, force: true }));
    const sites = siteConfigs(on.sites).map((one) => (one.site === 'A2' ? { ...one, target: 'rx65n' } : one));
    const test = await openTestStation({ dataDir, bench: on.sites, hands: on.hands, sites });
    closers.push(() => test.close());
    await openDemoBatch(test.call, 2);
    const view = await settled(test, on.hands, 'A2');
    expect(view.run?.error).toMatchObject({ code: 'wrong-site', chip: 'Nothing was written to it.' });
    expect((await settled(test, on.hands, 'A1')).state).toBe('passed');
  });
});
