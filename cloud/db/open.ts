import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { isDatabaseFull } from '#cloud/server/database-away.ts';
import { migrate } from './migrate.ts';
import { openPglite, pgliteDialect } from './pglite-dialect.ts';
import type { CloudTables } from './schema.ts';

export type Db = Kysely<CloudTables>;

/** Connections of one node: more would only queue up inside the database. */
const POOL = 10;

export interface DatabaseOptions {
  /** `postgres://…`; without one PGlite in `<dataDir>/database`. */
  url?: string | undefined;
  dataDir: string;
  /** Called for each query that found no room on the database's disk. */
  onFull?: () => void;
}

/** A connection that breaks is replaced; whoever was using it gets the error with its query. */
const onLost = (): void => undefined;

type TypeId = (typeof pg.types.builtins)[keyof typeof pg.types.builtins];

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL,
    application_name: 'rootline-cloud',
    connectionTimeoutMillis: 10_000,
    types: {
      getTypeParser: ((oid: TypeId, format?: 'text') =>
        oid === pg.types.builtins.INT8
          ? Number
          : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
    },
  });
  pool.on('error', onLost);
  // One that is in use tells its query; without a listener of its own its end would be the end of the process.
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
}

/** Opens the database and brings it up to date. Throws CloudError `newer-database`. */
export async function openDatabase(options: DatabaseOptions): Promise<Db> {
  const { url, dataDir, onFull } = options;
  const folder = join(dataDir, 'database');
  if (url === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const dialect =
    url === undefined
      ? pgliteDialect(await openPglite(folder))
      : new PostgresDialect({ pool: openPool(url) });
  const db = new Kysely<CloudTables>({
    dialect,
    log: (event) => {
      if (event.level === 'error' && isDatabaseFull(event.error)) onFull?.();
    },
  });
  try {
    await migrate(db);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
