import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beginRun, openBatch, temporaryFolder } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(() => rm(dataDir, { recursive: true }));

it('a journal entry that finds no space is refused as disk-full, whole, and the store goes on', async () => {
  // SQLite's own bound raises the same SQLITE_FULL as a full disk, on every platform and without rights.
  const small = await openStore({ dataDir, maxPages: 160 });
  const run = await beginRun(small, await openBatch(small, 1_000), '01');
  const entry = { runId: run.id, phase: 'lock', irreversible: false };
  const written: number[] = [];
  const intent = (padding: number) => small.runs.intent({ ...entry, body: { padding: 'x'.repeat(padding) } });

  // A large entry takes no small ones with it that wait in the same commit.
  const together = await Promise.allSettled([intent(1), intent(2_000_000), intent(1)]);
  expect(together.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);

  await expect(
    (async () => {
      for (;;) written.push(await intent(4000));
    })(),
  ).rejects.toMatchObject({ code: 'disk-full', context: { sqlite: 'SQLITE_FULL' } });
  expect((await small.runs.journal(run.id)).map(({ sequence }) => sequence)).toEqual([1, 2, ...written]);
  expect(await small.audit.verify()).toBeNull();
  await small.close();

  const roomy = await openStore({ dataDir });
  expect(await roomy.runs.journal(run.id)).toHaveLength(written.length + 2);
  await roomy.runs.intent({ ...entry, body: {} });
  expect(await roomy.audit.verify()).toBeNull();
  await roomy.close();
});
