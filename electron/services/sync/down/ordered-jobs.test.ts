import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import { temporaryFolder } from '#store/fixtures.ts';
import { OrderedJobs, type JobName } from './ordered-jobs.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(() => rm(dataDir, { recursive: true }));

// Only the recipe's name counts here; that a folder is a job is the loader's test.
const job = (revision: number): LoadedJob => ({ recipe: { id: 'TH4', revision } }) as LoadedJob;

function ordered(open: { job: JobName | null }) {
  const jobs = new Map<string, LoadedJob>();
  const defects: unknown[] = [];
  const onDefect = (error: unknown) => void defects.push(error);
  const orders = new OrderedJobs({ dataDir, tools: jobTools, jobs, openJob: () => open.job, onDefect });
  return { jobs, defects, orders, revision: () => jobs.get('TH4')?.recipe.revision };
}

it('a batch keeps the revision that it was opened with; the new one comes in when it is closed', () => {
  const open: { job: JobName | null } = { job: null };
  const { orders, revision } = ordered(open);
  orders.add(job(1));
  open.job = { id: 'TH4', revision: 1 };
  orders.add(job(2));
  orders.add(job(3));
  expect(revision()).toBe(1);
  open.job = null;
  orders.batchClosed();
  expect(revision()).toBe(3);
  orders.add(job(2));
  expect(revision()).toBe(3);
});

it('a broken folder stops neither the station nor the others', async () => {
  const { orders, jobs, defects } = ordered({ job: null });
  await orders.load(null);
  expect(defects).toEqual([]);
  await mkdir(join(dataDir, 'orders', 'TH4-r1'), { recursive: true });
  await writeFile(join(dataDir, 'orders', 'TH4-r1', 'job.json'), '{');
  await mkdir(join(dataDir, 'orders', 'not a job'));
  await orders.load(null);
  expect(defects).toMatchObject([{ view: { code: 'job-format' } }]);
  expect(jobs.size).toBe(0);
});
