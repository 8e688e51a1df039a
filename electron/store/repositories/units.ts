import type { RunRow, UnitRepository } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import { sha256, type WriteContext } from '../write-context.ts';
import { tellRecord } from './outbox-messages.ts';
import { requireRun, selectRuns } from './run-rows.ts';
import { findUnit, searchUnits, type UnitPage, type UnitQuery } from './unit-search.ts';

/** Runs shown with a unit, newest first. */
const RUNS_SHOWN = 200;

type StoredRecord = { json: string; jws: string };

type RunPage = { rows: RunRow[]; cursor: string | null };

/** One page of a batch's runs, oldest first; the cursor is the sequence of its last. */
function pageOfBatch(
  c: Connection,
  where: string,
  batchId: string,
  after: string | null,
  limit: number,
): RunPage {
  const from = after === null ? 0 : Number(after);
  const rows = selectRuns(
    c,
    `WHERE ${where} AND sequence > ? ORDER BY sequence LIMIT ?`,
    batchId,
    from,
    limit,
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return { rows, cursor: null };
  const end = c.get<{ sequence: number }>('SELECT sequence FROM runs WHERE id = ?', last.id);
  return { rows, cursor: end === undefined ? null : String(end.sequence) };
}

export function unitReads(c: Connection) {
  return {
    search: (query: UnitQuery): UnitPage => searchUnits(c, query),
    get(id: string): Awaited<ReturnType<UnitRepository['get']>> {
      const unit = findUnit(c, id);
      if (unit?.chipUid === undefined || unit.chipUid === null) return null;
      const runs = selectRuns(
        c,
        'WHERE chip_uid = ? ORDER BY sequence DESC LIMIT ?',
        unit.chipUid,
        RUNS_SHOWN,
      );
      return { unit, runs };
    },
    passedOfBatch: (batchId: string, after: string | null, limit: number): RunPage =>
      pageOfBatch(c, "batch_id = ? AND outcome = 'passed'", batchId, after, limit),
    runsOfBatch: (batchId: string, after: string | null, limit: number): RunPage =>
      pageOfBatch(c, 'batch_id = ?', batchId, after, limit),
    record: (runId: string): StoredRecord | null =>
      c.get<StoredRecord>('SELECT json, jws FROM records WHERE run_id = ?', runId) ?? null,
  };
}

export function unitWrites(w: WriteContext) {
  const { c, audit } = w;
  return {
    putRecord(runId: string, json: string, jws: string): void {
      const run = requireRun(c, runId, ['passed']);
      const seen = c.get<StoredRecord>('SELECT json, jws FROM records WHERE run_id = ?', runId);
      if (seen?.json === json) return;
      if (seen !== undefined) throw new StoreError('conflict', `run ${runId} has another record`, { runId });
      c.run('INSERT INTO records VALUES (?, ?, ?)', runId, json, jws);
      audit(run.operator, 'record.put', runId, { jsonSha256: sha256(json), jwsSha256: sha256(jws) });
      tellRecord(w, run, json, jws);
    },
  };
}
