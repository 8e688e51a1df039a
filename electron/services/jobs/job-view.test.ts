import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { jobView } from './job-view.ts';
import { loadJobFolder } from './load-job.ts';

const folderOf = (id: string): string =>
  fileURLToPath(new URL(`../../../resources/jobs/${id}`, import.meta.url));

it.each([
  ['TX1', /^\S+ \d+\.\d+\.\d+, ESP-IDF v\d/],
  ['ZN6', /^MCUboot image \d+\.\d+\.\d+(\.\d+)?, (not )?signed$/],
])('a firmware that says what it is is shown so beside its checksum (%s)', async (id, words) => {
  const job = await loadJobFolder(folderOf(id), jobTools);
  expect(jobView(job, 1).images[0]?.says).toMatch(words);
});

it('a firmware that does not say is shown by its file, its size and its hash', async () => {
  const job = await loadJobFolder(folderOf('VM2'), jobTools);
  const [image] = jobView(job, 1).images;
  expect(image).toMatchObject({ says: null, sha256: job.image?.sha256 });
  expect(image?.bytes).toBeGreaterThan(0);
});
