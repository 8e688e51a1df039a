import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { asIntelHex, idleImage } from '#scripts/demo-jobs/filler.ts';
import { artefact, writeJob } from '#scripts/demo-jobs/job.ts';
import { esecureJob } from '#scripts/demo-jobs/ra8m1-esecure.ts';
import { rootMark, type AgentRoot } from '#drivers/virtual/agent/root-mark.ts';
import { loadJobs } from '#services/jobs/load-job.ts';
import { registerJobs } from '#services/jobs/register-jobs.ts';
import { recordFileSchema } from '#services/records/record-schema.ts';
import { startTestStation, type TestStation } from './harness.ts';

const run = promisify(execFile);
const VERIFY = join(import.meta.dirname, '..', '..', 'scripts', 'verify.ts');
const FLASH = 0x02000000;

/** The door lock's job for another root of trust; `image`: the one that its firmware speaks for. */
async function writeVariant(folder: string, id: string, rootOfTrust: string, image: AgentRoot) {
  const { recipe } = esecureJob();
  const bytes = idleImage(id, FLASH, 4096, 0x22080000);
  bytes.set(rootMark(image), 0x100);
  const files = { 'firmware.hex': asIntelHex(FLASH, bytes) };
  const artefacts = { firmware: artefact(files, 'firmware.hex', { kind: 'image' }) };
  if (recipe.format !== 'rootline-job/2') throw new Error('another form');
  await writeJob(join(folder, id), { files, recipe: { ...recipe, id, rootOfTrust, artefacts } });
}

let test: TestStation;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootline-roots-'));
  await writeVariant(folder, 'SW1', 'software', 'software');
  await writeVariant(folder, 'SW2', 'software', 'esecure');
  const own = await loadJobs(folder, jobTools);
  test = await startTestStation({
    sites: 2,
    wrap: (deps) => ({ ...deps, jobs: new Map([...deps.jobs, ...own]) }),
  });
  await registerJobs(test.store, folder, jobTools);
});
afterAll(async () => {
  await test.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function recordOf(path: string) {
  return recordFileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).record;
}

async function make(site: string): Promise<string> {
  await test.until(site, 'empty');
  await test.hands.insert(site);
  const uid = await test.hands.uid(site);
  const view = await test.until(site, 'passed', 'failed', 'unknown');
  expect(view.run?.error ?? view.error).toBeNull();
  await test.hands.remove(site);
  await test.until(site, 'empty');
  return uid;
}

it.each([
  ['XE8', 'esecure'],
  ['SW1', 'software'],
])('%s: a batch of parts with %s is made, locked and adds up; its records hold', async (job, rootOfTrust) => {
  const batch = await test.openBatch(2, job);
  const uids = await Promise.all(['A1', 'A2'].map(make));
  const { counts } = await test.call('batches.get', { batchId: batch.id });
  expect(counts).toEqual({ made: 2, failed: 0, unknown: 0, running: 0, attempts: 2, debited: 2 });
  await test.call('batches.close', { batchId: batch.id, leaveUnknown: false });
  const { folder: exported } = await test.call('batches.export', { batchId: batch.id });
  const { stdout } = await run(process.execPath, [VERIFY, exported, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, units: 2 });
  const names = await readdir(join(exported, 'records'));
  const records = await Promise.all(names.map((name) => recordOf(join(exported, 'records', name))));
  expect(records.map(({ chipUid }) => chipUid).sort()).toEqual(uids.sort());
  for (const record of records) {
    expect(record).toMatchObject({ format: 'rootline-record/1', rootOfTrust, target: 'ra8m1' });
    expect(record.phases.find(({ id }) => id === 'enrol')?.evidence).toMatchObject({
      deviceId: record.deviceId,
    });
    expect(JSON.stringify(record)).not.toContain('helperDataHash');
    expect(record.phases.at(-1)?.evidence['lifecycle']).toMatchObject({ dlm: 'LCK_BOOT' });
  }
  expect(new Set(records.map(({ deviceId }) => deviceId)).size).toBe(2);
  expect(test.defects).toEqual([]);
});

it('SW2: firmware that speaks for another root of trust than the job is refused before a key is made', async () => {
  const batch = await test.openBatch(1, 'SW2');
  await test.until('A1', 'empty');
  await test.hands.insert('A1');
  const { run: failed } = await test.until('A1', 'failed', 'passed', 'unknown');
  expect(failed?.error).toMatchObject({ code: 'wrong-root-of-trust', chip: 'Not locked.' });
  expect(failed?.error?.what).toContain('esecure');
  const { counts } = await test.call('batches.get', { batchId: batch.id });
  expect(counts).toMatchObject({ made: 0, failed: 1, debited: 0 });
});
