import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newestIn } from './newest-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootline-newest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, at: number): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, '{}');
  await utimes(file, at, at);
  return file;
}

it('finds the newest of the kind that is asked for, whatever lies beside it', async () => {
  await put('Hall-2.rootline-invitation', 1000);
  const newest = await put('Hall-3.ROOTLINE-INVITATION', 2000);
  await put('holiday.jpg', 3000);
  expect(await newestIn(folder, '.rootline-invitation')).toBe(newest);
});

it('takes a file at its word, and leaves a folder without one to be refused', async () => {
  const file = await put('other-name.json', 1000);
  expect(await newestIn(file, '.rootline-invitation')).toBe(file);
  expect(await newestIn(folder, '.rootline-invitation')).toBe(folder);
});
