import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';
import { DATABASE_FILE } from '#store/open-database.ts';

const writer = join(import.meta.dirname, '../fixtures/store/write-until-killed.ts');
let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(() => rm(dataDir, { recursive: true }));

/** Runs the writer, kills it without warning once `lines` were told, and returns what it told. */
async function killAfter(lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: string[] = [];
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') told.push(line);
    if (told.length === lines) child.kill('SIGKILL');
  }
  expect((await exit)[1]).toBe('SIGKILL');
  return told;
}

it('every intent that was acknowledged is in the journal, debited and audited, time after time', async () => {
  const told: string[] = [];
  for (const lines of [1, 40, 90]) told.push(...(await killAfter(lines)));
  const store = await openStore({ dataDir });
  for (const line of told) {
    const [sequence, runId = ''] = line.split(' ');
    expect(await store.runs.journal(runId)).toMatchObject([{ sequence: Number(sequence), kind: 'intent' }]);
    expect(await store.runs.get(runId)).toMatchObject({ outcome: 'running', debited: true });
  }
  expect(await store.audit.verify()).toBeNull();
  const unfinished = await store.runs.unfinished();
  const debited = unfinished.filter((run) => run.debited).length;
  const [batch] = await store.batches.list('open', 1);
  expect(await store.batches.totals(batch!.id)).toMatchObject({ debited, running: unfinished.length });
  expect((await store.jobs.get('J'))?.allowanceLeft).toBe(1_000_000 - debited);
  await store.close();
  const db = new Database(join(dataDir, DATABASE_FILE), { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});

it('a station that died leaves no lock behind; a living one is named', async () => {
  const before = Date.now();
  const child = spawn(process.execPath, [writer, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await once(createInterface({ input: child.stdout }), 'line');
  const refused: unknown = await openStore({ dataDir }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'second-start', context: { pid: child.pid } });
  const { since } = (refused as { context: { since: string } }).context;
  expect(Date.parse(since)).toBeGreaterThanOrEqual(before);
  child.kill('SIGKILL');
  await exit;
  await (await openStore({ dataDir })).close();
});

it('a second start in the same process is refused too', async () => {
  const store = await openStore({ dataDir });
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    code: 'second-start',
    context: { pid: process.pid },
  });
  await store.settings.set('still', 'here', '301');
  await store.close();
});
