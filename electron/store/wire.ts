import { StoreError, type StoreErrorCode } from './errors.ts';

/** What goes to a store thread: one repository method and its arguments. */
export interface Call {
  id: number;
  repository: string;
  method: string;
  args: unknown[];
}
export interface ErrorJson {
  code: StoreErrorCode;
  message: string;
  context: Record<string, string | number>;
  cause: string | null;
}
export type Reply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: ErrorJson };
/** First message of a thread: the database is open and current, or why not. */
export type Ready = { ready: true } | { ready: false; error: ErrorJson };
export interface WorkerOptions {
  mode: 'write' | 'read';
  dataDir: string;
  /** Upper bound of the database, pages of 4096 bytes; null = as the disk allows. */
  maxPages: number | null;
}

export const CLOSE = 'close';

export function errorToJson(error: StoreError): ErrorJson {
  const cause = error.cause instanceof Error ? error.cause.message : null;
  return { code: error.code, message: error.message, context: error.context, cause };
}

export function errorFromJson(json: ErrorJson): StoreError {
  const cause = json.cause === null ? undefined : new Error(json.cause);
  return new StoreError(json.code, json.message, json.context, cause);
}
