import { sql, type Kysely } from 'kysely';
import { CloudError } from '#cloud/server/problem.ts';
import { migrations, type Migration } from './migrations/index.ts';
import type { CloudTables } from './schema.ts';

/** Key of the advisory lock under which one node of several migrates: the letters RLCD. */
const LOCK = 0x524c4344;

async function versionOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{
    version: number | null;
  }>`SELECT max(number) AS version FROM migrations`.execute(db);
  return rows[0]?.version ?? 0;
}

function newer(found: number): CloudError {
  return new CloudError(500, {
    code: 'newer-database',
    what: `The database is of version ${found}; this program knows version ${migrations.length}.`,
    next: 'Start the program version that wrote it, or a newer one.',
    retry: false,
  });
}

/** The next migration that is missing, in a transaction of its own; false where nothing was left to do. */
async function step(db: Kysely<CloudTables>, all: readonly Migration[]): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(${LOCK})`.execute(trx);
    await sql`CREATE TABLE IF NOT EXISTS migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL)`.execute(
      trx,
    );
    const version = await versionOf(trx as unknown as Kysely<unknown>);
    if (version > all.length) throw newer(version);
    const next = all[version];
    if (next === undefined) return false;
    await next.up(trx as unknown as Kysely<unknown>);
    await sql`INSERT INTO migrations VALUES (${next.number}, ${next.name}, now())`.execute(trx);
    return true;
  });
}

/**
 * Brings a database up to this program's version. Nodes that start at once wait for each other. Throws CloudError
 * `newer-database`.
 */
export async function migrate(db: Kysely<CloudTables>, all = migrations): Promise<void> {
  while (await step(db, all));
}
