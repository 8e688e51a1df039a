import { StoreError } from '../errors.ts';
import type { Connection } from '../connection.ts';
import { sha256, type WriteContext } from '../write-context.ts';
import type { JournalEntry } from './run-rows.ts';

/** Digest of a journal row as its audit entry carries it: SHA-256 of the JSON array of its columns as stored. */
export function journalDigest(row: {
  sequence: number;
  runId: string;
  phase: string;
  kind: string;
  irreversible: number;
  body: string;
  at: string;
}): string {
  const { sequence, runId, phase, kind, irreversible, body, at } = row;
  return sha256(JSON.stringify([sequence, runId, phase, kind, irreversible, body, at]));
}

/** Appends to the journal and ties the row into the audit chain by its digest. Returns the row's sequence. */
export function appendJournal({ c, now, audit }: WriteContext, actor: string, entry: JournalEntry): number {
  const { runId, phase, kind } = entry;
  const head = c.get<{ sequence: number | null }>('SELECT max(sequence) AS sequence FROM journal');
  const row = {
    sequence: (head?.sequence ?? 0) + 1,
    runId,
    phase,
    kind,
    irreversible: entry.irreversible ? 1 : 0,
    body: JSON.stringify(entry.body),
    at: now(),
  };
  c.run(
    'INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[row.sequence, runId, phase, kind, row.irreversible, row.body, row.at],
  );
  audit(actor, `run.${kind}`, runId, { phase, journal: row.sequence, digest: journalDigest(row) });
  return row.sequence;
}

/** The batch's allowance, one unit: throws `allowance-used-up`. */
export function debitAllowance(c: Connection, runId: string): void {
  const job = c.get<{ id: string; revision: number; batch: string }>(
    'SELECT job_id AS id, job_revision AS revision, batch_id AS batch FROM runs WHERE id = ? AND debited = 0',
    runId,
  );
  if (job === undefined) return;
  const debited = c.run(
    'UPDATE jobs SET allowance_left = allowance_left - 1 WHERE id = ? AND revision = ? AND allowance_left > 0',
    ...[job.id, job.revision],
  );
  if (debited === 0) {
    throw new StoreError('allowance-used-up', `job ${job.id} may make no more units`, { job: job.id });
  }
  c.run('UPDATE runs SET debited = 1 WHERE id = ?', runId);
  c.run('UPDATE batches SET debited = debited + 1 WHERE id = ?', job.batch);
}

/** Gives back what the run debited; nothing where it debited nothing. */
export function refundAllowance(c: Connection, runId: string): void {
  const job = c.get<{ id: string; revision: number; batch: string }>(
    'SELECT job_id AS id, job_revision AS revision, batch_id AS batch FROM runs WHERE id = ? AND debited = 1',
    runId,
  );
  if (job === undefined) return;
  c.run(
    'UPDATE jobs SET allowance_left = allowance_left + 1 WHERE id = ? AND revision = ?',
    ...[job.id, job.revision],
  );
  c.run('UPDATE runs SET debited = 0 WHERE id = ?', runId);
  c.run('UPDATE batches SET debited = debited - 1 WHERE id = ?', job.batch);
}
