import type { UpBody } from '#protocol/up.ts';
import type { RunRow } from '../api.ts';
import { recordMessage } from '../outbox-line.ts';
import type { WriteContext } from '../write-context.ts';

const BATCH = `SELECT b.id, b.job_id AS jobId, j.name AS jobName, b.job_revision AS jobRevision,
  j.sha256 AS jobSha256, b.traveller, b.lot, b.quantity, b.state, b.opened_by AS openedBy, b.opened_at AS openedAt,
  b.closed_at AS closedAt FROM batches b JOIN jobs j ON j.id = b.job_id AND j.revision = b.job_revision WHERE b.id = ?`;

/** A batch as it is now: at its opening, and at every change of its state. */
export function tellBatch({ c, outbox }: WriteContext, batchId: string): void {
  const row = c.get<Omit<UpBody<'batch'>, 'counts'>>(BATCH, batchId);
  const counts = c.get<UpBody<'batch'>['counts']>(
    'SELECT made, failed, unknown, attempts, debited FROM batches WHERE id = ?',
    batchId,
  );
  if (row === undefined || counts === undefined) return;
  outbox({ kind: 'batch', body: JSON.stringify({ ...row, counts } satisfies UpBody<'batch'>) });
}

/** A run that ended or was decided, as it stands in the store now. */
export function tellAttempt({ c, outbox }: WriteContext, run: RunRow): void {
  const from = c.get<{ lot: string; jobRevision: number }>(
    'SELECT b.lot, r.job_revision AS jobRevision FROM runs r JOIN batches b ON b.id = r.batch_id WHERE r.id = ?',
    run.id,
  );
  if (from === undefined || run.outcome === 'running' || run.endedAt === null) return;
  const { id, batchId, jobId, site, operator, attempt, chipUid, deviceId, serial, outcome } = run;
  const body: UpBody<'attempt'> = {
    ...{ runId: id, batchId, jobId, jobRevision: from.jobRevision, lot: from.lot, site, operator, attempt },
    ...{ chipUid, deviceId, serial, outcome },
    ...{ code: run.error?.code ?? null, what: run.error?.what ?? null },
    ...{ startedAt: run.startedAt, endedAt: run.endedAt, seconds: run.seconds ?? 0, debited: run.debited },
  };
  outbox({ kind: 'attempt', body: JSON.stringify(body) });
}

export function tellRecord({ outbox }: WriteContext, run: RunRow, json: string, jws: string): void {
  const body = recordMessage({ runId: run.id, deviceId: run.deviceId, json, jws });
  outbox({ kind: 'record', body, reference: run.id });
}
