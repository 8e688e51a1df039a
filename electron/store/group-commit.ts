import { StoreError } from './errors.ts';
import type { Connection } from './connection.ts';
import { toStoreError } from './sqlite-errors.ts';
import { errorToJson, type Call, type Reply } from './wire.ts';

type Methods = Record<string, Record<string, (...args: never[]) => unknown>>;

/** Runs one call; unknown names are a defect of ours and say so. */
export function dispatch(methods: Methods, { repository, method, args }: Call): unknown {
  const found = Object.hasOwn(methods, repository) ? methods[repository] : undefined;
  const call = found !== undefined && Object.hasOwn(found, method) ? found[method] : undefined;
  if (call === undefined) throw new StoreError('io', `no store method ${repository}.${method}`);
  return call(...(args as never[]));
}

export function failed(id: number, error: unknown): Reply {
  return { id, ok: false, error: errorToJson(toStoreError(error)) };
}

/** A call that is refused leaves nothing behind and does not disturb its neighbours in the transaction. */
function inSavepoint({ db }: Connection, methods: Methods, call: Call): Reply {
  db.exec('SAVEPOINT call');
  try {
    const value = dispatch(methods, call);
    db.exec('RELEASE call');
    return { id: call.id, ok: true, value };
  } catch (error) {
    const refused = toStoreError(error);
    if (refused.code === 'disk-full' || refused.code === 'io' || refused.code === 'corrupt') throw error;
    db.exec('ROLLBACK TO call; RELEASE call');
    return failed(call.id, refused);
  }
}

function inTransaction({ db }: Connection, work: () => Reply[]): Reply[] {
  db.exec('BEGIN IMMEDIATE');
  try {
    const replies = work();
    db.exec('COMMIT');
    return replies;
  } catch (error) {
    // SQLite has rolled back by itself after some failures (https://sqlite.org/lang_transaction.html, section 3).
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * All calls that wait share one transaction and so one fsync: with many sites at work the disk sees one commit where
 * it would see dozens. No reply leaves before the commit. When the group fails as a whole, each call is tried alone,
 * so that a large one on a full disk does not take small ones with it.
 */
export function commitGroup(c: Connection, methods: Methods, calls: Call[]): Reply[] {
  try {
    return inTransaction(c, () => calls.map((call) => inSavepoint(c, methods, call)));
  } catch (error) {
    if (calls.length === 1) return calls.map(({ id }) => failed(id, error));
    return calls.flatMap((call) => commitGroup(c, methods, [call]));
  }
}
