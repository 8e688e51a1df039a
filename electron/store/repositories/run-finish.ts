import type { ErrorView } from '#contract/errors.ts';
import type { RunOutcome, RunRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { WriteContext } from '../write-context.ts';
import { appendJournal, debitAllowance, refundAllowance } from './journal.ts';
import { tellAttempt } from './outbox-messages.ts';
import { countUnit } from './run-identity.ts';
import { findRun, requireRun } from './run-rows.ts';

export interface Finish {
  runId: string;
  outcome: Exclude<RunOutcome, 'running'>;
  error: ErrorView | null;
  body: Record<string, unknown>;
  refund: boolean;
}

/** The sum of the phases' monotonic times: neither a clock set back nor a night switched off counts. */
function measuredSeconds(c: Connection, runId: string): number {
  const row = c.get<{ seconds: number | null }>(
    'SELECT sum(seconds) AS seconds FROM phase_times WHERE run_id = ?',
    runId,
  );
  return row?.seconds ?? 0;
}

function refuse(run: RunRow, entry: Finish): void {
  const { id } = run;
  if (entry.outcome === 'passed' && run.chipUid === null) {
    throw new StoreError('conflict', `run ${id} cannot pass: it has read no chip`, { runId: id });
  }
  if (entry.refund && Object.keys(entry.body).length === 0) {
    throw new StoreError('conflict', `run ${id}: a refund needs read-back proof`, { runId: id });
  }
}

/** A run that was `unknown`, or gives its allowance back, is decided by what silicon answered: that goes in first. */
function journalEnd(w: WriteContext, run: RunRow, entry: Finish): void {
  const { runId, outcome, error, body, refund } = entry;
  const last = w.c.get<{ phase: string }>(
    "SELECT phase FROM journal WHERE run_id = ? AND kind = 'intent' ORDER BY sequence DESC LIMIT 1",
    runId,
  );
  const common = { runId, phase: last?.phase ?? '', irreversible: false };
  const end = { outcome, refund, error };
  if (run.outcome === 'unknown' || refund) {
    appendJournal(w, run.operator, { ...common, kind: 'read-back', body: { ...body, refund } });
  }
  if (outcome === 'failed') appendJournal(w, run.operator, { ...common, kind: 'failed', body: { error } });
  appendJournal(w, run.operator, { ...common, kind: 'outcome', body: { ...body, ...end } });
}

function countRun(c: Connection, run: RunRow, entry: Finish, at: string, seconds: number): void {
  const { batchId } = run;
  const stopped = run.outcome === 'running' ? 1 : 0;
  const passed = entry.outcome === 'passed' ? 1 : 0;
  c.run(
    `UPDATE batches SET running = running - ?, last_ended_at = ?, passed_runs = passed_runs + ?,
     passed_seconds = passed_seconds + ? WHERE id = ?`,
    ...[stopped, at, passed, passed * seconds, batchId],
  );
  if (passed === 1) {
    c.run(
      `INSERT INTO batch_phases SELECT ?, phase, sum(seconds), 1 FROM phase_times WHERE run_id = ? GROUP BY phase
       ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds, count = count + 1`,
      ...[batchId, run.id],
    );
  }
  if (entry.outcome === 'failed' && entry.error !== null) {
    c.run(
      `INSERT INTO batch_failures VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1`,
      // A failed limit is counted by the limit, not by the value that was measured.
      ...[batchId, entry.error.code, String(entry.error.details?.['label'] ?? entry.error.what)],
    );
  }
}

/** Ends a run, or decides one that was unknown; see RunRepository.finish. Passed and failed are final. */
export function finish(w: WriteContext, entry: Finish): RunRow {
  const { c } = w;
  const { runId, outcome, error } = entry;
  const run = requireRun(c, runId, ['running', 'unknown']);
  refuse(run, entry);
  journalEnd(w, run, entry);
  if (entry.refund) refundAllowance(c, runId);
  // A unit of a job that does nothing for ever is one all the same.
  if (outcome === 'passed') debitAllowance(c, runId);
  const at = w.now();
  const seconds = measuredSeconds(c, runId);
  c.run(
    'UPDATE runs SET outcome = ?, error = ?, ended_at = ?, seconds = ? WHERE id = ?',
    ...[outcome, error === null ? null : JSON.stringify(error), at, seconds, runId],
  );
  countRun(c, run, entry, at, seconds);
  if (run.chipUid !== null) {
    c.run(
      'UPDATE units SET outcome = ?, failure = ?, at = ? WHERE chip_uid = ?',
      ...[outcome, error?.what ?? null, at, run.chipUid],
    );
    countUnit(c, run.batchId, run.chipUid, outcome);
  }
  const ended = findRun(c, runId) ?? run;
  tellAttempt(w, ended);
  return ended;
}
