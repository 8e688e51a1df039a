import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Connection } from './connection.ts';
import { migrate, refuseNewer } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { createReads, createWrites } from './repositories/index.ts';
import { lockStation } from './station-lock.ts';
import { createWriteContext } from './write-context.ts';
import type { WorkerOptions } from './wire.ts';

export interface OpenDatabase {
  connection: Connection;
  methods: Record<string, Record<string, (...args: never[]) => unknown>>;
  close(): void;
}

export const DATABASE_FILE = 'rootline.sqlite';
/** Only a backup by another program can hold the database; it is given this long, ms. */
const BUSY_TIMEOUT = 5000;
const MAPPED_BYTES = 512 * 1024 * 1024;

/** The folder's one writer: takes the station lock, refuses a newer database untouched, migrates. */
export function openForWriting({ dataDir, maxPages }: WorkerOptions): OpenDatabase {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockStation(dataDir);
  try {
    const file = join(dataDir, DATABASE_FILE);
    if (existsSync(file)) checkVersion(file);
    const db = new Database(file, { timeout: BUSY_TIMEOUT });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // INSERT OR REPLACE deletes without firing delete triggers otherwise: append-only tables rely on them.
    db.pragma('recursive_triggers = ON');
    db.pragma('trusted_schema = OFF');
    db.pragma('journal_size_limit = 67108864');
    migrate(db, migrations);
    if (maxPages !== null) db.pragma(`max_page_count = ${maxPages}`);
    const connection = new Connection(db);
    const close = (): void => {
      db.close();
      lock.release();
    };
    return { connection, methods: createWrites(createWriteContext(connection)), close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function checkVersion(file: string): void {
  const db = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT });
  try {
    refuseNewer(db, migrations);
  } finally {
    db.close();
  }
}

export function openForReading({ dataDir }: WorkerOptions): OpenDatabase {
  const db = new Database(join(dataDir, DATABASE_FILE), { readonly: true, timeout: BUSY_TIMEOUT });
  db.pragma('query_only = ON');
  db.pragma(`mmap_size = ${MAPPED_BYTES}`);
  const connection = new Connection(db);
  return { connection, methods: createReads(connection), close: () => db.close() };
}
