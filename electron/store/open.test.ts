import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';
import { DATABASE_FILE } from './open-database.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(() => rm(dataDir, { recursive: true }));

const file = () => join(dataDir, DATABASE_FILE);
const hash = async () =>
  createHash('sha256')
    .update(await readFile(file()))
    .digest('hex');

describe('a store', () => {
  it('keeps what was written over a restart, in a folder for its owner alone', async () => {
    const nested = join(dataDir, 'station');
    const first = await openStore({ dataDir: nested });
    await first.settings.set('name', 'Line 3', '301');
    await first.close();
    const second = await openStore({ dataDir: nested });
    expect(await second.settings.get('name')).toBe('Line 3');
    await second.close();
    expect((await stat(nested)).mode & 0o077).toBe(0);
  });

  it('journals with full synchronisation, write-ahead log and foreign keys', async () => {
    const store = await openStore({ dataDir });
    await openBatch(store);
    const orphan = { id: 'r', batchId: 'nowhere', jobId: 'JOB-1', site: 'A1', operator: '114' };
    await expect(store.runs.begin(orphan)).rejects.toMatchObject({ code: 'not-found' });
    await store.close();
    const db = new Database(file(), { readonly: true });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.close();
  });

  it('answers everything asked before it was closed, and refuses afterwards', async () => {
    const store = await openStore({ dataDir });
    const asked = Array.from({ length: 300 }, (_, n) => store.settings.set(`k${n}`, 'v', '301'));
    await store.close();
    expect(await Promise.allSettled(asked)).toHaveLength(300);
    for (const write of asked) await expect(write).resolves.toBeUndefined();
    await expect(store.settings.get('k1')).rejects.toMatchObject({ code: 'io' });
  });

  it('refuses a newer database and leaves it as it is', async () => {
    await (await openStore({ dataDir })).close();
    const db = new Database(file());
    db.pragma('user_version = 99');
    // Opening it for writing would already turn the log mode in its header.
    db.pragma('journal_mode = DELETE');
    db.close();
    const before = await hash();
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'newer-database',
      context: { found: 99 },
    });
    expect(await hash()).toBe(before);
  });

  it('says corrupt of a file that is no database', async () => {
    await writeFile(
      file(),
      'not a database, but long enough to have a header of one hundred bytes'.repeat(9),
    );
    await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'corrupt' });
    // The lock went with the refusal: the folder is free again.
    await rm(file());
    await (await openStore({ dataDir })).close();
  });
});
