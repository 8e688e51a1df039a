import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from './errors.ts';
import { sqliteCode } from './sqlite-errors.ts';

export interface StationLock {
  release(): void;
}

/**
 * One station per data folder. The lock is the operating system's own, taken through SQLite on an empty file: it ends
 * with the process however that dies, so there is no stale lock to guess about and no reused pid to be fooled by.
 * Who holds it stands in `station.json` beside it. Throws `second-start` (context: pid, since).
 */
export function lockStation(dataDir: string): StationLock {
  const db = new Database(join(dataDir, 'station.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (sqliteCode(error) !== 'SQLITE_BUSY') throw error;
    const holder = readHolder(dataDir);
    throw new StoreError('second-start', `data folder in use by process ${holder.pid}`, holder, error);
  }
  const holder = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(join(dataDir, 'station.json'), JSON.stringify(holder), { mode: 0o600 });
  return { release: () => db.close() };
}

/** The first station may not have written its name yet: pid 0 then. */
function readHolder(dataDir: string): { pid: number; since: string } {
  try {
    const holder: unknown = JSON.parse(readFileSync(join(dataDir, 'station.json'), 'utf8'));
    if (typeof holder === 'object' && holder !== null && 'pid' in holder && 'since' in holder) {
      return { pid: Number(holder.pid), since: String(holder.since) };
    }
  } catch {
    // Unreadable says no more than missing: the lock itself has already decided.
  }
  return { pid: 0, since: '' };
}
