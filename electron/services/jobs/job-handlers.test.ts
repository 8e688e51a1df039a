import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '#contract/contract.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { openStore } from '#store/open.ts';
import type { Store } from '#store/api.ts';
import { createJobHandlers } from './job-handlers.ts';
import { loadJobs } from './load-job.ts';

const context = { connection: 'test', session: null };
let folder = '';
let store: Store;
let handlers: ReturnType<typeof createJobHandlers>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-job-handlers-'));
  store = await openStore({ dataDir: folder });
  const jobs = await loadJobs(resolve(import.meta.dirname, '../../../resources/jobs'), jobTools);
  handlers = createJobHandlers({ store, jobs, demo: true });
  for (const { recipe, sha256, canonical } of jobs.values()) {
    const { id, name, revision, allowance } = recipe;
    await store.jobs.put(
      { id, name, revision, sha256, recipe: canonical, allowanceTotal: allowance },
      'test',
    );
  }
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('job channels', () => {
  it('list jobs as the contract has them, with what is left to make', async () => {
    const { jobs } = await handlers['jobs.list']({}, context);
    expect(contract['jobs.list'].response.parse({ jobs }).jobs.map(({ id }) => id)).toEqual([
      ...['TH4', 'TM5', 'TX1', 'UB3', 'VM2', 'VP4', 'WG3'],
      ...['WR9', 'XB6', 'XE8', 'XS5', 'YF2', 'YL7', 'ZN6'],
    ]);
    expect(jobs.slice(0, 1)).toMatchObject([
      { id: 'TH4', allowance: { total: 2000, left: 2000 }, demoTraveller: 'RL1;J=TH4;L=26-11-0417;Q=8' },
    ]);
  });
  it('give one job, and refuse an unknown one', async () => {
    expect(await handlers['jobs.get']({ jobId: 'TH4' }, context)).toMatchObject({ id: 'TH4', revision: 12 });
    await expect(handlers['jobs.get']({ jobId: 'TH5' }, context)).rejects.toMatchObject({
      view: { code: 'job-unknown', details: { jobId: 'TH5' } },
    });
  });
});
