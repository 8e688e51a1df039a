import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './api.ts';
import { auditHash, GENESIS } from './audit-hash.ts';
import { beginRun, openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';
import { DATABASE_FILE } from './open-database.ts';

let dataDir: string;
let store: Store;
beforeEach(async () => {
  dataDir = await temporaryFolder();
  store = await openStore({ dataDir });
  const run = await beginRun(store, await openBatch(store), '01');
  await store.runs.intent({ runId: run.id, phase: 'lock', irreversible: true, body: { target: 'PL0' } });
  await store.audit.append({ actor: '301', action: 'note', subject: 'x', body: { text: 'hello' } });
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

/** What someone with the file and a SQLite shell can do. */
function tamper(sql: string): void {
  const db = new Database(join(dataDir, DATABASE_FILE));
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}
const unguarded = (table: string, sql: string) =>
  tamper(`DROP TRIGGER ${table}_no_update; DROP TRIGGER ${table}_no_delete; ${sql}`);

describe('the audit chain', () => {
  it('has one entry per write, each hashing the one before', async () => {
    const rows = await store.audit.page(0, 100);
    expect(rows.map(({ action }) => action)).toEqual([
      ...['job.put', 'batch.open', 'run.begin', 'run.identified', 'run.intent', 'note'],
    ]);
    let previous = GENESIS;
    for (const row of rows) {
      expect(row.previous).toBe(previous);
      expect(row.hash).toBe(auditHash(row));
      previous = row.hash;
    }
    expect(await store.audit.head()).toEqual({ sequence: rows.length, hash: previous });
    expect(await store.audit.verify()).toBeNull();
  });

  it('leaves no entry of a write that was refused', async () => {
    const before = await store.audit.head();
    await expect(store.runs.identified('none', '01')).rejects.toMatchObject({ code: 'not-found' });
    expect(await store.audit.head()).toEqual(before);
  });

  it.each(['audit', 'journal'])('cannot be changed, removed or replaced in %s', (table) => {
    for (const sql of [
      `UPDATE ${table} SET at = 'x'`,
      `DELETE FROM ${table}`,
      `INSERT INTO ${table} SELECT * FROM ${table} WHERE sequence = 1`,
      `INSERT OR REPLACE INTO ${table} SELECT * FROM ${table} WHERE sequence = 1`,
    ]) {
      expect(() => tamper(sql)).toThrow(/append-only/);
    }
  });

  it.each([
    ['a changed entry', "UPDATE audit SET actor = '999' WHERE sequence = 3", 3],
    ['a removed entry', 'DELETE FROM audit WHERE sequence = 4', 4],
    ['a changed body', "UPDATE audit SET body = '{}' WHERE sequence = 6", 6],
  ])('names the first sequence that does not hold: %s', async (_, sql, sequence) => {
    unguarded('audit', sql);
    expect(await store.audit.verify()).toBe(sequence);
  });

  it('covers the journal', async () => {
    unguarded('journal', `UPDATE journal SET body = '{"target":"PL2"}'`);
    expect(await store.audit.verify()).toBe(5);
  });

  it('takes checkpoints of entries that exist, in order', async () => {
    await expect(store.audit.addCheckpoint(99, 'jws')).rejects.toMatchObject({ code: 'not-found' });
    expect(await store.audit.lastCheckpoint()).toBeNull();
    await store.audit.addCheckpoint(4, 'a.b.c');
    expect(await store.audit.lastCheckpoint()).toEqual({ sequence: 4, jws: 'a.b.c' });
    await expect(store.audit.addCheckpoint(2, 'late')).rejects.toMatchObject({ code: 'conflict' });
  });
});
