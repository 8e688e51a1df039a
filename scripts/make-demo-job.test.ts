import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { loadJobFolder } from '#services/jobs/load-job.ts';
import { demoRecipe } from './demo-recipe.ts';
import { DEMO_JOBS, makeDemoJob } from './make-demo-job.ts';

const committed = resolve(import.meta.dirname, '../resources/jobs/TH4');
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-demo-job-'));
  await makeDemoJob(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('make-demo-job', () => {
  it('makes a job that loads, with keys of its own each time', async () => {
    const fresh = await loadJobFolder(folder, jobTools);
    const kept = await loadJobFolder(committed, jobTools);
    expect(fresh.checksum).not.toBe(kept.checksum);
    expect(fresh.image?.sha256).toBe(kept.image?.sha256);
  });
  it('made the committed job from the recipe as it stands', () => {
    const job = JSON.parse(readFileSync(join(committed, 'job.json'), 'utf8')) as ReturnType<
      typeof demoRecipe
    >;
    expect(job).toEqual(JSON.parse(JSON.stringify(demoRecipe(job.artefacts))));
  });
  it.each(Object.keys(DEMO_JOBS).filter((id) => id !== 'TH4'))(
    'made %s as it is committed, but for its keys',
    async (id) => {
      const path = resolve(committed, '..', id);
      const [kept, fresh] = [await loadJobFolder(path, jobTools), (await DEMO_JOBS[id]!()).recipe];
      const hashless = (recipe: object) => JSON.stringify(recipe).replaceAll(/[0-9a-f]{64}/g, '');
      const file = JSON.parse(readFileSync(join(path, 'job.json'), 'utf8')) as object;
      expect(hashless(file)).toBe(hashless(fresh));
      expect(kept.recipe.format).toBe('rootline-job/2');
    },
  );
  it('keeps no private key', () => {
    expect(readdirSync(folder).sort()).toEqual(
      ['code.cert', 'firmware.srec', 'job.json', 'key.cert', 'oem-root.rkey'].sort(),
    );
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), 'latin1')).not.toContain('PRIVATE KEY');
  });
});
