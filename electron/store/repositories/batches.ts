import type { BatchRow, BatchTotals } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { WriteContext } from '../write-context.ts';
import { tellBatch } from './outbox-messages.ts';

const COLUMNS = `id, job_id AS jobId, job_revision AS jobRevision, traveller, lot, quantity, state,
  opened_by AS openedBy, opened_at AS openedAt, closed_at AS closedAt, export_folder AS exportFolder`;
const COUNTERS = `made, failed, unknown, running, attempts, debited, first_started_at AS firstStartedAt,
  last_ended_at AS lastEndedAt, passed_seconds / nullif(passed_runs, 0) AS secondsPerUnit`;
const STATES = { open: "state <> 'closed'", closed: "state = 'closed'", all: 'TRUE' };

/** Throws `not-found`. */
export function requireBatch(c: Connection, id: string): BatchRow {
  const batch = c.get<BatchRow>(`SELECT ${COLUMNS} FROM batches WHERE id = ?`, id);
  if (batch === undefined) throw new StoreError('not-found', `no batch ${id}`, { batchId: id });
  return batch;
}

export function batchReads(c: Connection) {
  return {
    list: (state: 'open' | 'closed' | 'all', limit: number): BatchRow[] =>
      c.all(`SELECT ${COLUMNS} FROM batches WHERE ${STATES[state]} ORDER BY sequence DESC LIMIT ?`, limit),
    get: (id: string): BatchRow | null =>
      c.get<BatchRow>(`SELECT ${COLUMNS} FROM batches WHERE id = ?`, id) ?? null,
    /** Counters kept by each write and two small tables of the batch: nothing here grows with its units. */
    totals(id: string): BatchTotals {
      const counters = c.get<Omit<BatchTotals, 'pareto' | 'phases'>>(
        `SELECT ${COUNTERS} FROM batches WHERE id = ?`,
        id,
      );
      if (counters === undefined) throw new StoreError('not-found', `no batch ${id}`, { batchId: id });
      return {
        ...counters,
        pareto: c.all(
          'SELECT code, label, count FROM batch_failures WHERE batch_id = ? ORDER BY count DESC, code',
          id,
        ),
        phases: c.all(
          'SELECT phase, seconds / count AS seconds FROM batch_phases WHERE batch_id = ? ORDER BY 2 DESC, phase',
          id,
        ),
      };
    },
  };
}

type NewBatch = Pick<BatchRow, 'id' | 'jobId' | 'traveller' | 'lot' | 'quantity' | 'openedBy'>;

function refuseSecondBatch(c: Connection): void {
  const open = c.get<{ id: string }>("SELECT id FROM batches WHERE state <> 'closed'");
  if (open !== undefined) {
    throw new StoreError('conflict', `batch ${open.id} is open`, { batchId: open.id });
  }
}

export function batchWrites(w: WriteContext) {
  const { c, now, audit } = w;
  return {
    open(batch: NewBatch): BatchRow {
      refuseSecondBatch(c);
      const { id, jobId, traveller, lot, quantity, openedBy } = batch;
      const job = c.get<{ revision: number | null }>(
        'SELECT max(revision) AS revision FROM jobs WHERE id = ?',
        jobId,
      );
      const revision = job?.revision ?? null;
      if (revision === null) throw new StoreError('not-found', `no job ${jobId}`, { job: jobId });
      c.run(
        `INSERT INTO batches (id, job_id, job_revision, traveller, lot, quantity, state, opened_by, opened_at)
         VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?)`,
        ...[id, jobId, revision, traveller, lot, quantity, openedBy, now()],
      );
      audit(openedBy, 'batch.open', id, { job: jobId, revision, traveller, lot, quantity });
      tellBatch(w, id);
      return requireBatch(c, id);
    },
    setState(id: string, state: BatchRow['state'], actor: string): BatchRow {
      const batch = requireBatch(c, id);
      if (batch.state === state) return batch;
      if (batch.state === 'closed') {
        throw new StoreError('conflict', `batch ${id} is closed`, { batchId: id });
      }
      c.run(
        'UPDATE batches SET state = ?, closed_at = ? WHERE id = ?',
        ...[state, state === 'closed' ? now() : null, id],
      );
      audit(actor, `batch.${state}`, id);
      tellBatch(w, id);
      return requireBatch(c, id);
    },
    setExport(id: string, folder: string, actor: string): void {
      requireBatch(c, id);
      c.run('UPDATE batches SET export_folder = ? WHERE id = ?', folder, id);
      audit(actor, 'batch.export', id, { folder });
    },
  };
}
