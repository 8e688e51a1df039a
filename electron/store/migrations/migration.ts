import type Database from 'better-sqlite3';

/** One step of the schema. Shipped ones never change; `up` runs in one transaction together with user_version. */
export interface Migration {
  version: number;
  name: string;
  up(db: Database.Database): void;
}
