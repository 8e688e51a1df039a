import type { JournalRow, RunRow } from '../api.ts';
import type { MeasurementView } from '#contract/sites.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { WriteContext } from '../write-context.ts';
import { requireBatch } from './batches.ts';
import { appendJournal, debitAllowance } from './journal.ts';
import { finish, type Finish } from './run-finish.ts';
import { enrol, identify } from './run-identity.ts';
import { findRun, requireRun, selectJournal, selectRuns } from './run-rows.ts';

type StoredMeasurement = Omit<MeasurementView, 'ok'> & { phase: string; ok: number };

export function runReads(c: Connection) {
  return {
    unfinished: (): RunRow[] => selectRuns(c, "WHERE outcome IN ('running', 'unknown') ORDER BY sequence"),
    get: (runId: string): RunRow | null => findRun(c, runId),
    journal: (runId: string): JournalRow[] => selectJournal(c, runId),
    measurements: (runId: string): (MeasurementView & { phase: string })[] =>
      c
        .all<StoredMeasurement>(
          'SELECT phase, name, value, unit, min, max, ok FROM measurements WHERE run_id = ? ORDER BY ordinal',
          runId,
        )
        .map((row) => ({ ...row, ok: row.ok === 1 })),
    phaseSeconds: (runId: string): { phase: string; seconds: number }[] =>
      c.all('SELECT phase, seconds FROM phase_times WHERE run_id = ? ORDER BY ordinal', runId),
  };
}

interface Intent {
  runId: string;
  phase: string;
  irreversible: boolean;
  body: Record<string, unknown>;
}
interface Evidence {
  runId: string;
  phase: string;
  body: Record<string, unknown>;
  measurements: MeasurementView[];
  seconds: number;
  next?: { phase: string; body: Record<string, unknown> };
}
type NewRun = Pick<RunRow, 'id' | 'batchId' | 'jobId' | 'site' | 'operator'>;

function begin({ c, now, audit }: WriteContext, run: NewRun): RunRow {
  const { id, batchId, jobId, site, operator } = run;
  const batch = requireBatch(c, batchId);
  if (batch.state !== 'open' || batch.jobId !== jobId) {
    throw new StoreError('conflict', `batch ${batchId} is ${batch.state}, of job ${batch.jobId}`, {
      batchId,
      state: batch.state,
    });
  }
  const at = now();
  c.run(
    `INSERT INTO runs (id, batch_id, job_id, job_revision, site, operator, attempt, outcome, started_at)
     VALUES (?, ?, ?, ?, ?, ?, 1, 'running', ?)`,
    ...[id, batchId, jobId, batch.jobRevision, site, operator, at],
  );
  c.run(
    `UPDATE batches SET running = running + 1, first_started_at = coalesce(first_started_at, ?) WHERE id = ?`,
    ...[at, batchId],
  );
  audit(operator, 'run.begin', id, { batchId, site });
  return requireRun(c, id, ['running']);
}

function addEvidence(w: WriteContext, entry: Evidence): number {
  const { c } = w;
  const { runId, phase, measurements, seconds } = entry;
  const run = requireRun(c, runId, ['running', 'unknown']);
  c.run(
    'INSERT INTO phase_times VALUES (?, ?, (SELECT count(*) FROM phase_times WHERE run_id = ?), ?)',
    ...[runId, phase, runId, seconds],
  );
  for (const { name, value, unit, min, max, ok } of measurements) {
    c.run(
      `INSERT INTO measurements
       VALUES (?, (SELECT count(*) FROM measurements WHERE run_id = ?), ?, ?, ?, ?, ?, ?, ?)`,
      ...[runId, runId, phase, name, value, unit, min, max, ok ? 1 : 0],
    );
  }
  // Measurements and time go into the journalled body too: what the audit chain covers is what was measured.
  const body = { ...entry.body, measurements, seconds };
  const common = { runId, irreversible: false };
  const sequence = appendJournal(w, run.operator, { ...common, phase, kind: 'evidence', body });
  if (entry.next !== undefined) {
    requireRun(c, runId, ['running']);
    appendJournal(w, run.operator, { ...common, ...entry.next, kind: 'intent' });
  }
  return sequence;
}

export function runWrites(w: WriteContext) {
  return {
    begin: (run: NewRun): RunRow => begin(w, run),
    identified: (runId: string, chipUid: string): RunRow => identify(w, runId, chipUid),
    intent(entry: Intent): number {
      const run = requireRun(w.c, entry.runId, ['running']);
      if (entry.irreversible) debitAllowance(w.c, entry.runId);
      return appendJournal(w, run.operator, { ...entry, kind: 'intent' });
    },
    evidence: (entry: Evidence): number => addEvidence(w, entry),
    enrolled: (entry: { runId: string; deviceId: string; publicKeySha256: string }): void => enrol(w, entry),
    finish: (entry: Finish): RunRow => finish(w, entry),
  };
}
