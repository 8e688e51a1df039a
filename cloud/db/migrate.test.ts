import { sql } from 'kysely';
import { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openPglite, pgliteDialect } from './pglite-dialect.ts';
import type { CloudTables } from './schema.ts';

describe('migrations', () => {
  let db: Kysely<CloudTables>;
  beforeAll(async () => {
    db = new Kysely<CloudTables>({ dialect: pgliteDialect(await openPglite(undefined)) });
    await migrate(db);
  });
  afterAll(async () => {
    await db.destroy();
  });

  it('partition every table by tenant, and begin every key and index with the tenant', async () => {
    const tables = await sql<{ name: string; kind: string }>`
      SELECT relname AS name, relkind AS kind FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('p', 'r') AND NOT relispartition`.execute(
      db,
    );
    const plain = tables.rows.filter(({ kind }) => kind === 'r').map(({ name }) => name);
    expect(plain).toEqual(['migrations']);
    expect(tables.rows.length).toBeGreaterThan(25);
    const others = await sql<{ name: string }>`
      SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE c.relnamespace = 'public'::regnamespace AND a.attname <> 'tenant_id'`.execute(db);
    expect(others.rows.map(({ name }) => name)).toEqual(['migrations_pkey']);
  });

  it('leave nothing to do a second time', async () => {
    await migrate(db);
    const { rows } = await sql<{ n: number }>`SELECT count(*)::integer AS n FROM migrations`.execute(db);
    expect(rows[0]?.n).toBe(migrations.length);
  });

  it('leave nothing of one that fails', async () => {
    const broken = {
      number: migrations.length + 1,
      name: 'broken',
      up: async (target: Kysely<unknown>) => {
        await sql`CREATE TABLE half_made (id integer)`.execute(target);
        await sql`CREATE TABLE half_made (id integer)`.execute(target);
      },
    };
    await expect(migrate(db, [...migrations, broken])).rejects.toMatchObject({ code: '42P07' });
    const { rows } = await sql`SELECT 1 FROM pg_class WHERE relname = 'half_made'`.execute(db);
    expect(rows).toEqual([]);
    await migrate(db);
  });

  it('refuse a database of a newer program', async () => {
    await sql`INSERT INTO migrations VALUES (${migrations.length + 1}, 'of tomorrow', now())`.execute(db);
    await expect(migrate(db)).rejects.toMatchObject({ code: 'newer-database' });
  });

  it('find a prefix by a range of the index, whatever the locale', async () => {
    const plan = await sql<Record<string, string>>`
      EXPLAIN SELECT id FROM units WHERE tenant_id = '1b61d6fb-5e42-86dc-9c4e-d7888ea08afa'
        AND serial >= 'TH4-00' AND serial < 'TH4-01' ORDER BY serial LIMIT 50`.execute(db);
    expect(JSON.stringify(plan.rows)).toContain('Index Cond');
  });
});
