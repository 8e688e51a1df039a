import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { StoreError } from './errors.ts';
import { commitGroup } from './group-commit.ts';
import type { Call } from './wire.ts';

let connection: Connection;
beforeEach(() => {
  connection = new Connection(new Database(':memory:'));
  connection.db.exec('CREATE TABLE t (x INTEGER)');
});
afterEach(() => {
  connection.db.close();
});

const insert = (x: number): void => {
  connection.run('INSERT INTO t VALUES (?)', x);
};
const methods = {
  t: {
    insert,
    refuse(x: number): void {
      insert(x);
      throw new StoreError('conflict', 'refused', { x });
    },
    /** As SQLite does on some failures: the whole transaction is gone at once. */
    fail(x: number): void {
      insert(x);
      connection.db.exec('ROLLBACK');
      throw new StoreError('disk-full', 'full');
    },
  },
};
const calls = (...names: string[]): Call[] =>
  names.map((method, id) => ({ id, repository: 't', method, args: [id] }));
const rows = () => connection.db.prepare('SELECT x FROM t').pluck().all();

describe('a group of calls', () => {
  it('is committed as one, without what was refused in it', () => {
    const replies = commitGroup(connection, methods, calls('insert', 'refuse', 'insert'));
    expect(replies.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(replies[1]).toMatchObject({ id: 1, error: { code: 'conflict', context: { x: 1 } } });
    expect(rows()).toEqual([0, 2]);
    expect(connection.db.inTransaction).toBe(false);
  });

  it('is tried one by one when it fails as a whole', () => {
    const replies = commitGroup(connection, methods, calls('insert', 'fail', 'insert'));
    expect(replies.map(({ id, ok }) => [id, ok])).toEqual([
      [0, true],
      [1, false],
      [2, true],
    ]);
    expect(rows()).toEqual([0, 2]);
  });

  it('runs nothing by a name that is not a repository method', () => {
    const odd = [
      { id: 0, repository: 't', method: 'constructor', args: [] },
      { id: 1, repository: '__proto__', method: 'toString', args: [] },
    ];
    expect(commitGroup(connection, methods, odd).map(({ ok }) => ok)).toEqual([false, false]);
  });
});
