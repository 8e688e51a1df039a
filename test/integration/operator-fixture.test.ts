import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BenchProcess } from '#compose/bench-process.ts';
import {
  answerPrompts,
  openDemoBatch,
  openHands,
  openTestStation,
  siteConfigs,
  startBench,
  type OpenStation,
  type TestHands,
} from './harness.ts';

let dataDir: string;
let bench: BenchProcess;
let hands: TestHands;
let open: OpenStation;

/** A fixture without lines: a person moves the jumper and presses reset, whenever the screen says so. */
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-by-hand-'));
  bench = await startBench(1);
  hands = await openHands(bench.sites);
  const sites = siteConfigs(bench.sites).map((site) => ({
    ...site,
    link: { path: site.link!.path, control: { kind: 'operator' as const } },
  }));
  open = await openTestStation({ dataDir, bench: [], sites, hands });
  await hands.insert('A1');
  await openDemoBatch(open.call, 1);
});
afterEach(async () => {
  await open.close();
  await hands.close();
  await bench.stop();
  await rm(dataDir, { recursive: true });
});

async function obey(request: string): Promise<void> {
  const control = hands.control('A1');
  if (request === 'reset') await control.reset();
  else await control.setMode(request === 'mode-boot' ? 'boot' : 'run');
}

it('a whole unit is made by a person who does what the screen asks', async () => {
  const asked = answerPrompts(open, 'A1', obey);
  await open.call('sites.start', { site: 'A1' });
  const view = await open.until('A1', 'passed', 'failed', 'unknown');
  expect(view).toMatchObject({ state: 'passed', prompt: null });
  expect(new Set(asked())).toEqual(new Set(['mode-boot', 'mode-run', 'reset']));
});

it('a question ends with what asked it, and its answer comes too late', async () => {
  await open.call('sites.start', { site: 'A1' });
  const { prompt } = await open.untilSite('A1', (view) => view.prompt !== null);
  expect(prompt).toMatchObject({ request: 'mode-boot' });
  await hands.cable('A1', false);
  const { prompt: after } = await open.until('A1', 'failed', 'unknown', 'offline');
  expect(after).toBeNull();
  await expect(open.call('sites.confirmPrompt', { site: 'A1', prompt: prompt!.id })).rejects.toMatchObject({
    view: { code: 'prompt-over' },
  });
});

it('a run that is stopped while it asks comes to an end', async () => {
  await open.call('sites.start', { site: 'A1' });
  await open.untilSite('A1', (view) => view.prompt !== null);
  await open.call('sites.stop', { site: 'A1' });
  expect(await open.until('A1', 'failed')).toMatchObject({
    prompt: null,
    run: { error: { code: 'stopped' } },
  });
});
