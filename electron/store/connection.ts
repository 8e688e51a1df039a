import type Database from 'better-sqlite3';

export type Value = string | number | null | Uint8Array;

/** One SQLite connection with its prepared statements kept: preparing costs more than running most of ours. */
export class Connection {
  readonly db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<Value[]>>();

  constructor(db: Database.Database) {
    this.db = db;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- SQLite rows have no static type
  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** Rows changed. */
  run(sql: string, ...values: Value[]): number {
    return this.#prepare(sql).run(...values).changes;
  }

  #prepare(sql: string): Database.Statement<Value[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare<Value[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
