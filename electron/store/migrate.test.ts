import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

const second: Migration = {
  version: migrations.length + 1,
  name: 'second',
  up: (db) => db.exec("INSERT INTO settings VALUES ('migrated', 'yes')"),
};
const broken: Migration = {
  ...second,
  up(db) {
    second.up(db);
    db.exec('INSERT INTO no_such_table VALUES (1)');
  },
};

let folder: string;
let db: Database.Database;
beforeEach(async () => {
  folder = await temporaryFolder();
  db = new Database(join(folder, 'x.sqlite'));
});
afterEach(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

const setting = (from: Database.Database) =>
  from.prepare("SELECT value FROM settings WHERE key = 'migrated'").pluck().get();

describe('migrations', () => {
  it('are numbered by their place', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('back up a database with data first, and need no backup for a new one', () => {
    expect(migrate(db, migrations)).toBeNull();
    const backup = migrate(db, [...migrations, second]);
    expect(setting(db)).toBe('yes');
    const copy = new Database(backup ?? '', { readonly: true });
    expect(schemaVersion(copy)).toBe(migrations.length);
    expect(setting(copy)).toBeUndefined();
    copy.close();
    expect(migrate(db, [...migrations, second])).toBeNull();
    expect(readdirSync(join(folder, 'backups'))).toHaveLength(1);
  });

  it('leave nothing behind when one fails', () => {
    migrate(db, migrations);
    expect(() => migrate(db, [...migrations, broken])).toThrow(/no_such_table/);
    expect(schemaVersion(db)).toBe(migrations.length);
    expect(setting(db)).toBeUndefined();
  });
});
