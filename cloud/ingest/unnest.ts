import { sql, type RawBuilder } from 'kysely';

/** SQL types of columns that go in as arrays. Octets travel as base64. */
type ColumnType = 'text' | 'uuid' | 'bigint' | 'integer' | 'boolean' | 'timestamptz' | 'float8' | 'base64';
type Cell = string | number | boolean | null;

/** One column of a set: its name, its SQL type, and how to take it from a row. */
export type SetColumn<T> = readonly [name: string, type: ColumnType, value: (row: T) => Cell];

/**
 * Rows as one relation `t`, a parameter per column whatever the number of rows. What the columns are called is in
 * code, never in data. `base64` columns come out as text: decode them where they are used.
 */
export function unnest<T>(rows: readonly T[], columns: readonly SetColumn<T>[]): RawBuilder<unknown> {
  const arrays = columns.map(([, type, value]) => {
    const cast = sql.raw(`::${type === 'base64' ? 'text' : type}[]`);
    return sql`${rows.map(value)}${cast}`;
  });
  const names = sql.join(columns.map(([name]) => sql.ref(name)));
  return sql`unnest(${sql.join(arrays)}) AS t(${names})`;
}

/** The columns of `t` in order, as they go into a table. */
export function selected<T>(columns: readonly SetColumn<T>[]): RawBuilder<unknown> {
  return sql.join(
    columns.map(([name, type]) =>
      type === 'base64' ? sql`decode(t.${sql.ref(name)}, 'base64')` : sql`t.${sql.ref(name)}`,
    ),
  );
}

/** `INSERT INTO table (tenant_id, …) SELECT … FROM unnest(…)`; `conflict` is what follows. */
export function insertSet<T>(
  table: string,
  tenantId: string,
  { rows, columns }: { rows: readonly T[]; columns: readonly SetColumn<T>[] },
  conflict: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const names = sql.join([sql.ref('tenant_id'), ...columns.map(([name]) => sql.ref(name))]);
  return sql`INSERT INTO ${sql.table(table)} (${names}) SELECT ${tenantId}::uuid, ${selected(columns)} FROM ${unnest(rows, columns)} ${conflict}`;
}

/** `SET a = excluded.a, …` of every column. */
export function setAll<T>(columns: readonly SetColumn<T>[]): RawBuilder<unknown> {
  return sql.join(columns.map(([name]) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`));
}
