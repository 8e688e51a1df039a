import type { UnitRow } from '#contract/units.ts';
import type { UnitRepository } from '../api.ts';
import type { Connection, Value } from '../connection.ts';

export type UnitQuery = Parameters<UnitRepository['search']>[0];
export type UnitPage = Awaited<ReturnType<UnitRepository['search']>>;

/** More hits than this of one prefix are found by walking the list, which they then fill quickly. */
const NARROW_HITS = 20_000;
/** More lots than this of one prefix: likewise. */
const NARROW_LOTS = 16;

const UNIT = `coalesce(device_id, 'uid:' || chip_uid) AS id, chip_uid AS chipUid, device_id AS deviceId, serial,
  outcome, failure, batch_id AS batchId, lot, site, attempts, at`;
const INDEXED_BY = {
  device_id: 'units_device',
  chip_uid: 'sqlite_autoindex_units_1',
  serial: 'units_serial',
} as const;

interface Condition {
  sql: string;
  values: Value[];
}

/** `id`: device id, or `uid:<chip uid>`. */
export function findUnit(c: Connection, id: string): UnitRow | undefined {
  const uid = id.startsWith('uid:');
  const where = uid ? 'chip_uid = ?' : 'device_id = ?';
  return c.get(`SELECT ${UNIT} FROM units WHERE ${where}`, uid ? id.slice('uid:'.length) : id);
}

/** U+10FFFF sorts behind every continuation of the prefix. */
function prefix(column: string, text: string): Condition {
  return { sql: `${column} >= ? AND ${column} < ?`, values: [text, `${text}\u{10FFFF}`] };
}

function and(conditions: Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

function filters({ outcome, batchId, after }: UnitQuery): Condition[] {
  const all: Condition[] = [];
  if (batchId !== null) all.push({ sql: 'batch_id = ?', values: [batchId] });
  if (outcome !== null) all.push({ sql: 'outcome = ?', values: [outcome] });
  all.push({ sql: 'sequence < ?', values: [after === null ? Number.MAX_SAFE_INTEGER : Number(after)] });
  return all;
}

/** Sequences of the newest hits of one index; each index is asked apart, so none is scanned for another's sake. */
function hits(index: string, conditions: Condition[], limit: number): Condition {
  const { sql, values } = and(conditions);
  return {
    sql: `SELECT * FROM (SELECT sequence FROM units INDEXED BY ${index} WHERE ${sql}
      ORDER BY sequence DESC LIMIT ${limit})`,
    values,
  };
}

/** Null when the prefix is broad: then its hits are dense, and walking newest first finds a page at once. */
function narrowSearch(c: Connection, query: UnitQuery, text: string): Condition | null {
  const lots = c.all<{ lot: string }>(
    `SELECT DISTINCT lot FROM batches WHERE lot >= ? AND lot < ? LIMIT ${NARROW_LOTS + 1}`,
    ...prefix('lot', text).values,
  );
  if (lots.length > NARROW_LOTS) return null;
  const rest = filters(query);
  const parts = lots.map(({ lot }) =>
    hits('units_lot', [{ sql: 'lot = ?', values: [lot] }, ...rest], query.limit + 1),
  );
  for (const [column, index] of Object.entries(INDEXED_BY)) {
    const match = prefix(column, text);
    const found = c.get<{ count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM units INDEXED BY ${index} WHERE ${match.sql}
       LIMIT ${NARROW_HITS + 1})`,
      ...match.values,
    );
    if ((found?.count ?? 0) > NARROW_HITS) return null;
    parts.push(hits(index, [match, ...rest], query.limit + 1));
  }
  return {
    sql: `sequence IN (${parts.map(({ sql }) => sql).join(' UNION ALL ')})`,
    values: parts.flatMap(({ values }) => values),
  };
}

/** The unary plus keeps the columns' indexes out: the walk stays in the order of the list. */
function walk(text: string): Condition {
  const columns = ['+device_id', '+chip_uid', '+serial', '+lot'].map((column) => prefix(column, text));
  return {
    sql: columns.map(({ sql }) => `(${sql})`).join(' OR '),
    values: columns.flatMap(({ values }) => values),
  };
}

function total(c: Connection, { batchId, outcome }: UnitQuery): number {
  const row = c.get<{ total: number }>(
    `SELECT coalesce(sum(count), 0) AS total FROM unit_counts
     WHERE batch_id = coalesce(?, batch_id) AND outcome = coalesce(?, outcome)`,
    ...[batchId, outcome],
  );
  return row?.total ?? 0;
}

/** One page, newest first. `total` comes from kept counters; with a text it is known only when the page holds all. */
export function searchUnits(c: Connection, query: UnitQuery): UnitPage {
  const text = query.text.startsWith('uid:') ? query.text.slice('uid:'.length) : query.text;
  const conditions = filters(query);
  if (text !== '') conditions.push(narrowSearch(c, query, text) ?? walk(text));
  const { sql, values } = and(conditions);
  const found = c.all<UnitRow & { sequence: number }>(
    `SELECT sequence, ${UNIT} FROM units WHERE ${sql} ORDER BY sequence DESC LIMIT ?`,
    ...[...values, query.limit + 1],
  );
  const more = found.length > query.limit;
  const page = found.slice(0, query.limit);
  const cursor = more ? String(page.at(-1)?.sequence) : null;
  const rows = page.map(({ sequence: _, ...row }) => row);
  const whole = query.after === null && !more ? rows.length : null;
  return { rows, cursor, total: text === '' ? total(c, query) : whole };
}
