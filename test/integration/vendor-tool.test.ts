import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { loadJobFolder } from '#services/jobs/load-job.ts';
import { openHands, openTestStation, siteConfigs, type OpenStation, type TestHands } from './harness.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const path = execFileSync('which', ['stm32flash'], { encoding: 'utf8' }).trim();
const tool = { path, sha256: sha256(readFileSync(path)) };

let bench: Bench;
let hands: TestHands;
let station: OpenStation;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-tool-job-'));
  bench = await openBench({ target: 'stm32f4', sites: 1, speed: 'max', empty: true });
  hands = await openHands(bench.sites);
  const folder = join(dataDir, 'job');
  await makeJob(folder);
  const job = await loadJobFolder(folder, jobTools);
  const { id, name, revision, allowance } = job.recipe;
  station = await openTestStation({
    ...{ dataDir, bench: bench.sites, hands, sites: siteConfigs(bench.sites, 'vendor-tool') },
    wrap: (deps) => ({ ...deps, jobs: new Map([[id, job]]) }),
  });
  const row = { id, name, revision, sha256: job.sha256, recipe: job.canonical, allowanceTotal: allowance };
  await station.store.jobs.put(row, 'test');
});
afterAll(async () => {
  await station.close();
  await hands.close();
  await bench.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Debian's stm32flash as the tool of the recipe; the unique id stands at 1FFF7A10 (RM0090, section 39.1). */
async function makeJob(folder: string): Promise<void> {
  const image = randomBytes(4000);
  const line = ['-m', '8n1', '-b', '115200'];
  const locked = { line: 'Failed to read memory{*}', dlm: 'RDP1', locked: true };
  const failed = { '1': { code: 'no-answer', message: 'stm32flash could not do it.' } };
  const command = (...args: string[]) => ({
    ...{ args: [...line, ...args, '{port}'], exitCodes: failed, timeout: 30, states: [locked] },
  });
  const commands = {
    identify: { ...command('-r', '{output}', '-S', '0x1fff7a10:12'), uid: { file: true } },
    program: { ...command('-w', '{image}', '-S', '{address}'), progress: '({percent}%)' },
    verify: command('-v', '-w', '{image}', '-S', '{address}'),
    lock: command('-j'),
  };
  const phase = (operation: string, more: object = {}) => ({
    ...{ id: operation, title: operation, operation, timeout: 60 },
    ...more,
  });
  const recipe = {
    ...{ format: 'rootline-job/2', id: 'VT1', name: 'By its tool', revision: 1, target: 'vendor-tool' },
    ...{ rootOfTrust: 'none', allowance: 10, certificate: null },
    artefacts: {
      firmware: { file: 'fw.bin', sha256: sha256(image), kind: 'image', address: '0x08000000' },
    },
    tool: { ...tool, product: 'STM32F405', image: 'binary', commands },
    phases: [
      phase('identify'),
      phase('program', { params: { image: 'firmware' } }),
      phase('verify', { params: { image: 'firmware' } }),
      phase('lock', { irreversible: true, params: { disableInitialize: false, lockBoot: false } }),
      phase('read-state'),
    ],
  };
  await mkdir(folder);
  await writeFile(join(folder, 'fw.bin'), image);
  await writeFile(join(folder, 'job.json'), JSON.stringify(recipe));
}

const openBatch = async () => {
  const job = await station.call('jobs.get', { jobId: 'VT1' });
  const request = { jobId: 'VT1', traveller: 'T', lot: 'L', quantity: 2, checksum: job.checksum };
  return station.call('batches.open', request);
};

it('a tool that is not on the station’s list is never started for a job', async () => {
  const request = { jobId: 'VT1', traveller: 'T', quantity: 2 };
  const { ok, checks } = await station.call('batches.preflight', request);
  expect(ok).toBe(false);
  expect(checks.find(({ id }) => id === 'tool')).toMatchObject({ state: 'failed' });
  await expect(openBatch()).rejects.toMatchObject({ view: { code: 'preflight' } });
});

it('a unit is made by the tool, locked, and told by its id', async () => {
  await writeFile(join(dataDir, 'tools.json'), JSON.stringify({ tools: [tool] }));
  await openBatch();
  await hands.insert('A1');
  const view = await station.until('A1', 'passed', 'failed', 'unknown');
  expect(view.run?.error ?? null).toBeNull();
  expect(view.run?.chipUid).toBe(await hands.uid('A1'));
  expect((await hands.control('A1').status()).dlm).toBe('RDP1');
  expect(station.defects).toEqual([]);
});

it('the list can take a tool back in the middle of a batch: the next part is left as it is', async () => {
  await writeFile(join(dataDir, 'tools.json'), JSON.stringify({ tools: [] }));
  await hands.remove('A1');
  await station.until('A1', 'empty');
  await hands.insert('A1');
  const view = await station.until('A1', 'passed', 'failed', 'unknown');
  expect(view.run?.error).toMatchObject({ code: 'tool-not-allowed' });
  expect((await hands.control('A1').status()).dlm).toBe('RDP0');
});
