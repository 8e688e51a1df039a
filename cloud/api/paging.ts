import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { refusal } from './api-error.ts';

const fields = z.array(z.union([z.string().max(200), z.number()])).max(3);

/** Place behind a row: its key in the order of the list. Opaque to callers. */
export function cursorOf(...key: (string | number | Date)[]): string {
  const plain = key.map((each) => (each instanceof Date ? each.toISOString() : each));
  return Buffer.from(JSON.stringify(plain)).toString('base64url');
}

function decoded(after: string): unknown {
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** Reads a cursor by the shape of its list. Throws `invalid`. */
export function readCursor<T extends z.ZodType>(after: string | undefined, shape: T): z.output<T> | null {
  if (after === undefined) return null;
  const found = shape.safeParse(fields.safeParse(decoded(after)).data);
  if (found.success) return found.data;
  throw refusal('invalid', {
    what: 'after: not a cursor of this list',
    next: 'Begin again without it.',
    details: { field: 'after', place: 'query' },
  });
}

/** Cursors of the lists that go by time and id, newest first. */
export const byTime = z.tuple([z.iso.datetime(), z.string()]);
export const byTimeAndUuid = z.tuple([z.iso.datetime(), z.uuid()]);

/** A page of `limit` rows out of one more: whether there is another is known without counting. */
export function page<R, V>(
  rows: readonly R[],
  limit: number,
  [view, key]: [(row: R) => V, (row: R) => string],
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown.map(view), cursor: rows.length > limit && last !== undefined ? key(last) : null };
}

/** Behind every text of a prefix, octet by octet as the columns are compared (COLLATE "C"). */
const AFTER_ALL = '\u{10FFFF}';

/** Whether a column begins with `text`, as a range of its index. */
export function startsWith(column: string, text: string): RawBuilder<boolean> {
  const name = sql`${sql.ref(column)} COLLATE "C"`;
  return sql<boolean>`(${name} >= ${text} AND ${name} < ${text + AFTER_ALL})`;
}

/** Whether any of the columns begins with `text`: as many ranges of indexes. */
export function anyStartsWith(columns: readonly string[], text: string): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    columns.map((column) => startsWith(column, text)),
    sql` OR `,
  )})`;
}

/** Rows behind a place in a list of newest first. */
export function before(
  columns: readonly [string, string],
  [at, id]: readonly [string, string],
): RawBuilder<boolean> {
  const [first, second] = columns.map((column) => sql.ref(column));
  return sql<boolean>`(${first}, ${second}) < (${at}::timestamptz, ${id})`;
}
