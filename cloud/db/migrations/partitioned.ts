import { sql, type Kysely } from 'kysely';

/** Hash partitions of each table. Part of what shipped migrations did: never changes. */
const PARTITIONS = 4;

/** Tables of one migration: columns as SQL after `tenant_id`, the rest of the primary key, indexes by their columns. */
export interface TablePlan {
  columns: string;
  key?: string;
  /** Columns after `tenant_id`; a `WHERE` may follow. */
  indexes?: readonly string[];
}

/** One table, partitioned by tenant (PostgreSQL 15 manual, 5.11.2); its key and indexes begin with the tenant. */
export async function createPartitioned(
  db: Kysely<unknown>,
  name: string,
  { columns, key, indexes = [] }: TablePlan,
): Promise<void> {
  const primary = ['tenant_id', ...(key === undefined ? [] : [key])].join(', ');
  await sql
    .raw(
      `CREATE TABLE ${name} (tenant_id uuid NOT NULL, ${columns}, PRIMARY KEY (${primary})) PARTITION BY HASH (tenant_id)`,
    )
    .execute(db);
  for (let part = 0; part < PARTITIONS; part++)
    await sql
      .raw(
        `CREATE TABLE ${name}_p${part} PARTITION OF ${name} FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${part})`,
      )
      .execute(db);
  for (const [at, index] of indexes.entries()) {
    const [on = '', where] = index.split(' WHERE ');
    const condition = where === undefined ? '' : ` WHERE ${where}`;
    await sql.raw(`CREATE INDEX ${name}_i${at + 1} ON ${name} (tenant_id, ${on})${condition}`).execute(db);
  }
}
