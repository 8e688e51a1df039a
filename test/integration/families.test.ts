import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { recordFileSchema } from '#services/records/record-schema.ts';
import { startTestStation, type TestStation } from './harness.ts';

const run = promisify(execFile);
const VERIFY = join(import.meta.dirname, '..', '..', 'scripts', 'verify.ts');

/**
 * What the last reading of a made part says, how many of its phases cannot be undone, whether it has a certificate, and how
 * it is refused when it is put in once more.
 */
interface Family {
  job: string;
  target: string;
  dlm: string;
  forEver: number;
  certified?: true;
  again?: 'protected' | 'no-answer';
}
const families: readonly Family[] = [
  { job: 'VM2', target: 'stm32f4', dlm: 'RDP1', forEver: 1, again: 'protected' },
  { job: 'TX1', target: 'esp32c3', dlm: 'SECURE_BOOT', forEver: 3 },
  { job: 'XS5', target: 'nxp-puf', dlm: 'OPEN', forEver: 3 },
  // Its boot ROM is gone for ever.
  { job: 'WG3', target: 'ra6m4', dlm: 'LCK_BOOT', forEver: 1, again: 'no-answer' },
  { job: 'ZN6', target: 'smp', dlm: 'CONFIRMED', forEver: 1 },
  { job: 'TM5', target: 'rx65n', dlm: 'USED', forEver: 0 },
  { job: 'UB3', target: 'dfu', dlm: 'APP', forEver: 0 },
  { job: 'VP4', target: 'stm32f4-swd', dlm: 'RDP1', forEver: 1 },
  { job: 'WR9', target: 'cordelia', dlm: 'ENROLLED', forEver: 1 },
  { job: 'XB6', target: 'atecc608', dlm: 'CONFIG_LOCKED+DATA_LOCKED', forEver: 3, certified: true },
  { job: 'YF2', target: 'stm32f0-dap', dlm: 'RDP1', forEver: 1 },
  { job: 'YL7', target: 'stm32-dfu', dlm: 'RDP1', forEver: 1 },
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

/** Each is named by its device id, or by its chip where it has none. */
async function recordsOf(folder: string) {
  const names = await readdir(join(folder, 'records'));
  const files = names.map((name) => readFile(join(folder, 'records', name), 'utf8'));
  return (await Promise.all(files)).map((text) => recordFileSchema.parse(JSON.parse(text)).record);
}

describe.each(families)('a batch of $job on two sites of $target', (family) => {
  const { job, target, dlm, forEver, certified, again } = family;
  it('makes its units, adds up, and its records hold without the station', async () => {
    const test = await startTestStation({ sites: 2, target });
    try {
      const batch = await test.openBatch(3, job);
      const uids = await Promise.all(['A1', 'A2'].map((site) => make(test, site)));
      await test.until('A2', 'empty');
      await test.hands.insertPart('A2', uids[0]);
      const { run: refused } = await test.until('A2', 'failed', 'passed', 'unknown');
      expect(refused?.error).toMatchObject({ code: again ?? 'already-passed' });
      await test.hands.remove('A2');
      const { counts } = await test.call('batches.get', { batchId: batch.id });
      expect(counts).toMatchObject({ made: 2, unknown: 0, running: 0, debited: 2 });
      await test.call('batches.close', { batchId: batch.id, leaveUnknown: false });
      const { folder } = await test.call('batches.export', { batchId: batch.id });
      const records = await recordsOf(folder);
      const { stdout } = await run(process.execPath, [VERIFY, folder, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, units: 2 });
      for (const uid of uids) {
        const record = records.find(({ chipUid }) => chipUid === uid)!;
        const format = certified === true ? 'rootline-record/1' : 'rootline-record/2';
        expect(record).toMatchObject({ format, target, rootOfTrust: batch.job.rootOfTrust });
        expect(record.certificate === null).toBe(certified === undefined);
        const { evidence } = record.phases.at(-1)!;
        expect(evidence['lifecycle']).toMatchObject({ dlm });
        expect(record.phases.filter(({ irreversible }) => irreversible)).toHaveLength(forEver);
        const unit = await test.call('units.get', { unitId: record.deviceId ?? `uid:${uid}` });
        expect(unit.record).not.toBeNull();
        expect(unit.timeline.map(({ detail }) => detail).join()).not.toMatch(/\b0 baud/);
      }
      expect(test.defects).toEqual([]);
    } finally {
      await test.dispose();
    }
  });
});

/** What one word of flash takes at least, seconds; a debug port's own clocks are counted with it. */
const ONE_WORD = 15e-6;
/** A part of another family in the socket, or one that says that it is: `fault`. */
const strangers = [
  { job: 'TM5', target: 'rx65n', chip: 'rx72t', code: 'wrong-chip' },
  { job: 'UB3', target: 'dfu', chip: 'stm32-dfu', code: 'wrong-chip' },
  { job: 'VP4', target: 'stm32f4-swd', chip: 'stm32f4-swd', fault: 'wrong-chip 419', code: 'wrong-chip' },
  {
    ...{ job: 'WR9', target: 'cordelia', chip: 'cordelia' },
    ...{ fault: 'wrong-chip 2610999999999', code: 'wrong-chip' },
  },
  { job: 'XB6', target: 'atecc608', chip: 'ra6m4', code: 'no-answer' },
  { job: 'YF2', target: 'stm32f0-dap', chip: 'stm32-dfu', code: 'wrong-chip' },
  { job: 'YL7', target: 'stm32-dfu', chip: 'dfu', code: 'wrong-chip' },
];

describe.each(strangers)(
  'a site of $target with another part in it',
  ({ job, target, chip, fault, code }) => {
    it('refuses it before anything is written, and counts nothing', async () => {
      const test = await startTestStation({ sites: 1, target, chip });
      try {
        await test.hands.insert('A1');
        if (fault !== undefined) await test.hands.fault('A1', fault);
        await test.until('A1', 'ready');
        const { id: batchId } = await test.openBatch(1, job);
        await test.call('sites.start', { site: 'A1' });
        const { run: failed } = await test.until('A1', 'passed', 'failed', 'unknown');
        expect(failed?.error).toMatchObject({ code, chip: 'Nothing was written to it.' });
        expect((await test.hands.control('A1').clock()).flashSeconds).toBeLessThan(ONE_WORD);
        const { counts } = await test.call('batches.get', { batchId });
        expect(counts).toMatchObject({ made: 0, unknown: 0, debited: 0 });
        expect(test.defects).toEqual([]);
      } finally {
        await test.dispose();
      }
    });
  },
);

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
