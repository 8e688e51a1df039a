import type { AuditRow } from '../api.ts';
import { auditHash, GENESIS } from '../audit-hash.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { AuditBody, WriteContext } from '../write-context.ts';
import { journalDigest } from './journal.ts';

export interface AuditHead {
  sequence: number;
  hash: string;
}
/** One slice of a verification: how far the chain held, and where it broke. */
export interface VerifiedSlice {
  head: AuditHead;
  broken: number | null;
  done: boolean;
}

/** Head of an empty chain. */
export const emptyHead: AuditHead = { sequence: 0, hash: GENESIS };

type StoredEntry = Parameters<typeof journalDigest>[0];

/** A journal row must still be what its audit entry says; entries of other kinds name none. */
function journalHolds(c: Connection, row: AuditRow): boolean {
  const body = JSON.parse(row.body) as { journal?: number; digest?: string };
  if (body.journal === undefined) return true;
  const entry = c.get<StoredEntry>(
    `SELECT sequence, run_id AS runId, phase, kind, irreversible, body, at FROM journal WHERE sequence = ?`,
    body.journal,
  );
  return entry !== undefined && journalDigest(entry) === body.digest;
}

function rowHolds(c: Connection, row: AuditRow, head: AuditHead): boolean {
  const follows = row.sequence === head.sequence + 1 && row.previous === head.hash;
  return follows && auditHash(row) === row.hash && journalHolds(c, row);
}

export function auditReads(c: Connection) {
  const page = (after: number, limit: number): AuditRow[] =>
    c.all('SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?', after, limit);
  return {
    page,
    head: (): AuditHead =>
      c.get<AuditHead>('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1') ?? emptyHead,
    verifySlice(from: AuditHead, limit: number): VerifiedSlice {
      let head = from;
      const rows = page(from.sequence, limit);
      for (const row of rows) {
        if (!rowHolds(c, row, head)) return { head, broken: head.sequence + 1, done: true };
        head = { sequence: row.sequence, hash: row.hash };
      }
      return { head, broken: null, done: rows.length < limit };
    },
    lastCheckpoint: (): { sequence: number; jws: string } | null =>
      c.get<{ sequence: number; jws: string }>(
        'SELECT sequence, jws FROM checkpoints ORDER BY sequence DESC LIMIT 1',
      ) ?? null,
  };
}

interface AuditEntry {
  actor: string;
  action: string;
  subject: string;
  body?: AuditBody;
}

export function auditWrites({ c, now, audit, outbox }: WriteContext) {
  return {
    append: ({ actor, action, subject, body }: AuditEntry): AuditRow => audit(actor, action, subject, body),
    addCheckpoint(sequence: number, jws: string): void {
      const entry = c.get('SELECT 1 FROM audit WHERE sequence = ?', sequence);
      if (entry === undefined) {
        throw new StoreError('not-found', `no audit entry ${sequence}`, { sequence });
      }
      c.run('INSERT INTO checkpoints VALUES (?, ?, ?)', sequence, jws, now());
      outbox({ kind: 'checkpoint', body: JSON.stringify({ sequence, jws }) });
    },
  };
}
