import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { StoreError } from './errors.ts';
import type { Migration } from './migrations/migration.ts';

/** The schema version that a database says of itself; 0 = new. */
export function schemaVersion(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/**
 * Refuses a database of a newer version, so that an older program never writes what it does not understand.
 * Call it with a read-only connection, before anything touches the file.
 */
export function refuseNewer(db: Database.Database, migrations: readonly Migration[]): void {
  const found = schemaVersion(db);
  const known = migrations.length;
  if (found > known) {
    throw new StoreError('newer-database', `database version ${found}, this program knows ${known}`, {
      found,
      known,
    });
  }
}

/**
 * Brings the schema up to date: a copy of a database with data goes to `backups/` first, then each migration runs
 * in one transaction. Returns the path of the backup, or null where none was needed.
 */
export function migrate(db: Database.Database, migrations: readonly Migration[]): string | null {
  refuseNewer(db, migrations);
  const from = schemaVersion(db);
  if (from === migrations.length) return null;
  const backup = from === 0 ? null : backUp(db, from);
  for (const migration of migrations.slice(from)) {
    db.transaction(() => {
      migration.up(db);
      db.pragma(`user_version = ${migration.version}`);
    }).exclusive();
  }
  return backup;
}

function backUp(db: Database.Database, version: number): string {
  const folder = join(dirname(db.name), 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const file = join(folder, `v${version}-${stamp}.sqlite`);
  db.prepare('VACUUM INTO ?').run(file);
  return file;
}
