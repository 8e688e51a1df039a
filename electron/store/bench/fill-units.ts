import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DATABASE_FILE } from '../open-database.ts';

/** Units per batch of the filled store. */
export const UNITS_PER_BATCH = 20_000;

/** Every 20th unit failed, every 500th is unknown. */
function outcome(n: number): string {
  if (n % 20 === 7) return 'failed';
  return n % 500 === 3 ? 'unknown' : 'passed';
}

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const batchUuid = (batch: number): string => `00000000-0000-4000-8000-${hex(batch, 12)}`;

/** Spreads device ids over the whole range as a hash would (multiplicative hashing by 2^32 / golden ratio). */
export function deviceIdOf(n: number): string {
  return hex(Math.imul(n, 0x9e3779b1) >>> 0, 8).padEnd(56, '5') + hex(n, 8);
}

export const chipUidOf = (n: number): string => `53A1${hex(n, 28).toUpperCase()}`;

/** Fills an empty, closed store with units in one transaction, through its own schema and triggers. */
export function fillUnits(dataDir: string, count: number): void {
  const db = new Database(join(dataDir, DATABASE_FILE));
  db.prepare("INSERT INTO jobs VALUES ('BENCH', 1, 'Bench', 'x', '{}', ?, 0)").run(count);
  const batch = db.prepare(
    `INSERT INTO batches (id, job_id, job_revision, traveller, lot, quantity, state, opened_by, opened_at)
     VALUES (?, 'BENCH', 1, 'T', ?, ?, 'closed', '114', ?)`,
  );
  const unit = db.prepare("INSERT INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'A1', 1, ?)");
  const at = new Date().toISOString();
  db.transaction(() => {
    for (let n = 1; n <= count; n++) {
      const number = Math.ceil(n / UNITS_PER_BATCH);
      const lot = `LOT-${number}`;
      if (n % UNITS_PER_BATCH === 1) batch.run(batchUuid(number), lot, UNITS_PER_BATCH, at);
      const failure = outcome(n) === 'failed' ? 'Bit errors too high' : null;
      unit.run(
        n,
        chipUidOf(n),
        deviceIdOf(n),
        `5E${hex(n, 30)}`,
        outcome(n),
        failure,
        batchUuid(number),
        lot,
        at,
      );
    }
  })();
  db.close();
}
