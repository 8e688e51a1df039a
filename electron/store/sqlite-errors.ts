import Database from 'better-sqlite3';
import { StoreError, type StoreErrorCode } from './errors.ts';

/** SQLite's (extended) result code name, or null where the error is not SQLite's. https://sqlite.org/rescode.html */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

function storeCode(error: unknown): StoreErrorCode {
  const code = sqliteCode(error) ?? (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'disk-full';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'conflict';
  return 'io';
}

/** Any failure under the store as the one error class of the store; keeps the cause. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  return new StoreError(storeCode(error), message, code === null ? {} : { sqlite: code }, error);
}
