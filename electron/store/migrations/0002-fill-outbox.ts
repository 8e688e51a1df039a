import type Database from 'better-sqlite3';
import { GENESIS, linkHash } from '#protocol/chain.ts';
import { upLine, type UpKind } from '#protocol/up.ts';
import {
  certificateMessage,
  recordMessage,
  type CertificateSource,
  type RecordSource,
} from '../outbox-line.ts';

/**
 * What the station made before it knew of a cloud, as messages: batches, then each run with its certificate and record
 * in the order of the runs, then the signed heads of the audit chain. In pages, so that any history fits into memory.
 */
export function fillOutbox(db: Database.Database): void {
  const append = appender(db);
  const kinds = [batches, runs, checkpoints];
  for (const each of kinds) each(db, append);
}

type Append = (kind: UpKind, at: string, body: string, reference?: string) => void;

function appender(db: Database.Database): Append {
  const insert = db.prepare('INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const audit = db.prepare<[], number>('SELECT coalesce(max(sequence), 0) FROM audit').pluck().get() ?? 0;
  let head = { position: 0, hash: GENESIS };
  return (kind, at, body, reference) => {
    const position = head.position + 1;
    const line = upLine(position, kind, at, audit, body);
    head = { position, hash: linkHash(head.hash, line) };
    const kept = reference === undefined ? body : null;
    insert.run(position, kind, at, audit, kept, reference ?? null, Buffer.byteLength(line), head.hash);
  };
}

const PAGE = 500;

/** Every row of a query that ends in `> ? ORDER BY … LIMIT ?`; `key` is what the next page begins behind. */
function* paged<Row>(db: Database.Database, sql: string, key: (row: Row) => number): Generator<Row> {
  const page = db.prepare<[number, number], Row>(sql);
  for (let after = 0; ;) {
    const rows = page.all(after, PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = key(last);
  }
}

type StoredBatch = { sequence: number; counts: string; body: string; at: string };

function batches(db: Database.Database, append: Append): void {
  const sql = `SELECT b.sequence, coalesce(b.closed_at, b.opened_at) AS at,
    json_object('made', b.made, 'failed', b.failed, 'unknown', b.unknown, 'attempts', b.attempts,
      'debited', b.debited) AS counts,
    json_object('id', b.id, 'jobId', b.job_id, 'jobName', j.name, 'jobRevision', b.job_revision,
      'jobSha256', j.sha256, 'traveller', b.traveller, 'lot', b.lot, 'quantity', b.quantity, 'state', b.state,
      'openedBy', b.opened_by, 'openedAt', b.opened_at, 'closedAt', b.closed_at) AS body
    FROM batches b JOIN jobs j ON j.id = b.job_id AND j.revision = b.job_revision
    WHERE b.sequence > ? ORDER BY b.sequence LIMIT ?`;
  for (const { counts, body, at } of paged<StoredBatch>(db, sql, (row) => row.sequence)) {
    append('batch', at, `${body.slice(0, -1)},"counts":${counts}}`);
  }
}

type StoredRun = {
  sequence: number;
  id: string;
  at: string;
  body: string;
  error: string | null;
  debited: number;
};

function runs(db: Database.Database, append: Append): void {
  const sql = `SELECT r.sequence, r.id, r.ended_at AS at, r.error, r.debited,
    json_object('runId', r.id, 'batchId', r.batch_id, 'jobId', r.job_id, 'jobRevision', r.job_revision,
      'lot', b.lot, 'site', r.site, 'operator', r.operator, 'attempt', r.attempt, 'chipUid', r.chip_uid,
      'deviceId', r.device_id, 'serial', r.serial, 'outcome', r.outcome, 'startedAt', r.started_at,
      'endedAt', r.ended_at, 'seconds', coalesce(r.seconds, 0)) AS body
    FROM runs r JOIN batches b ON b.id = r.batch_id
    WHERE r.outcome <> 'running' AND r.ended_at IS NOT NULL AND r.sequence > ? ORDER BY r.sequence LIMIT ?`;
  const certificates = db.prepare<[string], CertificateSource>(
    `SELECT serial, fingerprint, run_id AS runId, device_id AS deviceId, issuer, der FROM certificates
     WHERE run_id = ? ORDER BY sequence`,
  );
  const record = db.prepare<[string], RecordSource>(
    `SELECT r.id AS runId, r.device_id AS deviceId, json, jws FROM records JOIN runs r ON r.id = run_id WHERE run_id = ?`,
  );
  for (const run of paged<StoredRun>(db, sql, (row) => row.sequence)) {
    for (const one of certificates.all(run.id))
      append('certificate', run.at, certificateMessage(one), one.serial);
    append('attempt', run.at, attemptBody(run));
    const signed = record.get(run.id);
    if (signed !== undefined) append('record', run.at, recordMessage(signed), run.id);
  }
}

function attemptBody({ body, error, debited }: StoredRun): string {
  const told = error === null ? null : (JSON.parse(error) as { code?: string; what?: string });
  const rest = { code: told?.code ?? null, what: told?.what ?? null, debited: debited === 1 };
  return JSON.stringify({ ...(JSON.parse(body) as object), ...rest });
}

function checkpoints(db: Database.Database, append: Append): void {
  const sql = 'SELECT sequence, jws, at FROM checkpoints WHERE sequence > ? ORDER BY sequence LIMIT ?';
  type Row = { sequence: number; jws: string; at: string };
  for (const { sequence, jws, at } of paged<Row>(db, sql, (row) => row.sequence)) {
    append('checkpoint', at, JSON.stringify({ sequence, jws }));
  }
}
