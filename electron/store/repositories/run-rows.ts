import type { JournalKind, JournalRow, RunOutcome, RunRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';

const COLUMNS = `id, batch_id AS batchId, job_id AS jobId, site, operator, attempt, chip_uid AS chipUid,
  device_id AS deviceId, serial, outcome, error, started_at AS startedAt, ended_at AS endedAt, seconds, debited`;

type StoredRun = Omit<RunRow, 'error' | 'debited'> & { error: string | null; debited: number };

function toRun(row: StoredRun): RunRow {
  const error = row.error === null ? null : (JSON.parse(row.error) as RunRow['error']);
  return { ...row, error, debited: row.debited === 1 };
}

/** Runs by any condition on the table; `rest` is SQL from WHERE on. */
export function selectRuns(c: Connection, rest: string, ...values: (string | number)[]): RunRow[] {
  return c.all<StoredRun>(`SELECT ${COLUMNS} FROM runs ${rest}`, ...values).map(toRun);
}

export function findRun(c: Connection, id: string): RunRow | null {
  return selectRuns(c, 'WHERE id = ?', id)[0] ?? null;
}

/** Throws `not-found`, or `conflict` when the run's outcome is none of `outcomes`. */
export function requireRun(c: Connection, id: string, outcomes: readonly RunOutcome[]): RunRow {
  const run = findRun(c, id);
  if (run === null) throw new StoreError('not-found', `no run ${id}`, { runId: id });
  if (!outcomes.includes(run.outcome)) {
    throw new StoreError('conflict', `run ${id} has ended as ${run.outcome}`, {
      runId: id,
      outcome: run.outcome,
    });
  }
  return run;
}

type StoredEntry = Omit<JournalRow, 'irreversible' | 'body'> & { irreversible: number; body: string };

export function selectJournal(c: Connection, runId: string): JournalRow[] {
  return c
    .all<StoredEntry>(
      `SELECT sequence, run_id AS runId, phase, kind, irreversible, body, at FROM journal
       WHERE run_id = ? ORDER BY sequence`,
      runId,
    )
    .map((row) => ({
      ...row,
      irreversible: row.irreversible === 1,
      body: JSON.parse(row.body) as JournalRow['body'],
    }));
}

export interface JournalEntry {
  runId: string;
  phase: string;
  kind: JournalKind;
  irreversible: boolean;
  body: Record<string, unknown>;
}
