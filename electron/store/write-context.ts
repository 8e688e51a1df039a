import { createHash } from 'node:crypto';
import type { AuditRow } from './api.ts';
import type { UpKind } from '#protocol/up.ts';
import { auditHash, GENESIS } from './audit-hash.ts';
import type { Connection } from './connection.ts';
import { appendOutbox } from './outbox-append.ts';

export type AuditBody = Record<string, unknown>;

/** What every write needs: the connection inside its transaction, the time, the audit chain, and the cloud's messages. */
export interface WriteContext {
  c: Connection;
  now: () => string;
  audit: (actor: string, action: string, subject: string, body?: AuditBody) => AuditRow;
  /** After `audit`: the message names the head of the audit chain. */
  outbox: (message: { kind: UpKind; body: string; reference?: string }) => void;
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * The audit row is written in the transaction of what it tells: neither exists without the other. The clock is read
 * for people only: every order comes from a sequence, so a clock set back loses none.
 */
export function createWriteContext(c: Connection, clock: () => number = Date.now): WriteContext {
  const now = (): string => new Date(clock()).toISOString();
  const audit: WriteContext['audit'] = (actor, action, subject, body = {}) => {
    const head = c.get<{ sequence: number; hash: string }>(
      'SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1',
    );
    const open = {
      sequence: (head?.sequence ?? 0) + 1,
      at: now(),
      actor,
      action,
      subject,
      body: JSON.stringify(body),
      previous: head?.hash ?? GENESIS,
    };
    const row = { ...open, hash: auditHash(open) };
    c.run(
      'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[row.sequence, row.at, row.actor, row.action, row.subject, row.body, row.previous, row.hash],
    );
    return row;
  };
  const outbox: WriteContext['outbox'] = (message) => appendOutbox(c, now(), message);
  return { c, now, audit, outbox };
}
