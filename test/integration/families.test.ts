import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { recordFileSchema } from '#services/records/record-schema.ts';
import { startTestStation, type TestStation } from './harness.ts';

const run = promisify(execFile);
const VERIFY = join(import.meta.dirname, '..', '..', 'scripts', 'verify.ts');

/** What the last reading of a made part says, and how many of its phases cannot be undone. */
const families = [
  { job: 'VM2', target: 'stm32f4', dlm: 'RDP1', forEver: 1 },
  { job: 'TX1', target: 'esp32c3', dlm: 'SECURE_BOOT', forEver: 3 },
  { job: 'XS5', target: 'nxp-puf', dlm: 'OPEN', forEver: 3 },
  { job: 'WG3', target: 'ra6m4', dlm: 'LCK_BOOT', forEver: 1 },
  { job: 'ZN6', target: 'smp', dlm: 'CONFIRMED', forEver: 1 },
];

async function make(test: TestStation, site: string): Promise<string> {
  await test.until(site, 'empty');
  await test.hands.insert(site);
  const uid = await test.hands.uid(site);
  const view = await test.until(site, 'passed', 'failed', 'unknown');
  expect(view.run?.error ?? view.error).toBeNull();
  expect(view.run?.phases.every((phase) => phase.state === 'done')).toBe(true);
  await test.hands.remove(site);
  return uid;
}

describe.each(families)('a batch of $job on two sites of $target', ({ job, target, dlm, forEver }) => {
  it('makes its units, adds up, and its records hold without the station', async () => {
    const test = await startTestStation({ sites: 2, target });
    try {
      const batch = await test.openBatch(2, job);
      const uids = await Promise.all(['A1', 'A2'].map((site) => make(test, site)));
      const { counts } = await test.call('batches.get', { batchId: batch.id });
      expect(counts).toEqual({ made: 2, failed: 0, unknown: 0, running: 0, attempts: 2, debited: 2 });
      await test.call('batches.close', { batchId: batch.id, leaveUnknown: false });
      const { folder } = await test.call('batches.export', { batchId: batch.id });
      const { stdout } = await run(process.execPath, [VERIFY, folder, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, units: 2 });
      for (const uid of uids) {
        const file = await readFile(join(folder, 'records', `uid-${uid}.json`), 'utf8');
        const { record } = recordFileSchema.parse(JSON.parse(file));
        expect(record).toMatchObject({
          format: 'rootline-record/2',
          chipUid: uid,
          certificate: null,
          target,
        });
        const { evidence } = record.phases.at(-1)!;
        expect(evidence['lifecycle']).toMatchObject({ dlm });
        expect(record.phases.filter(({ irreversible }) => irreversible)).toHaveLength(forEver);
        const unit = await test.call('units.get', { unitId: `uid:${uid}` });
        expect(unit.record).not.toBeNull();
        expect(unit.timeline.map(({ detail }) => detail).join()).not.toMatch(/\b0 baud/);
      }
      expect(test.defects).toEqual([]);
    } finally {
      await test.dispose();
    }
  });
});

describe('a part that shows no unique id', () => {
  it('is refused before anything is written to it', async () => {
    const test = await startTestStation({ sites: 1, target: 'smp' });
    try {
      // Before the station meets it: a boot loader that was built without the command.
      await test.hands.insert('A1');
      await test.hands.fault('A1', 'no-uid');
      const uid = await test.hands.uid('A1');
      await test.hands.remove('A1');
      await test.openBatch(1, 'ZN6');
      await test.until('A1', 'empty');
      await test.hands.insertPart('A1', uid);
      const { run: failed } = await test.until('A1', 'failed');
      expect(failed?.error).toMatchObject({ code: 'no-identity', chip: 'Nothing was written to it.' });
      expect((await test.hands.control('A1').clock()).flashSeconds).toBe(0);
    } finally {
      await test.dispose();
    }
  });
});

describe('a job on the wrong bench', () => {
  it('cannot open its batch where no site is set up for its chip', async () => {
    const test = await startTestStation({ sites: 1 });
    try {
      await expect(test.openBatch(1, 'VM2')).rejects.toMatchObject({
        view: { code: 'no-site-for-target', details: { target: 'stm32f4' } },
      });
      const { checks } = await test.call('batches.preflight', { jobId: 'VM2', traveller: 'T', quantity: 1 });
      expect(checks.find(({ id }) => id === 'sites')).toMatchObject({ state: 'failed' });
    } finally {
      await test.dispose();
    }
  });
});
