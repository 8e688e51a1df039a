import { createHash } from 'node:crypto';
import type { AuditRow } from './api.ts';

/** `previous` of the first entry: 32 zero bytes. */
export const GENESIS = '0'.repeat(64);

/**
 * SHA-256, hex, of the JSON array [previous, sequence, at, actor, action, subject, body], where body is the stored
 * text. An array of strings and one integer has a single JSON form, so any language can recompute it.
 */
export function auditHash(row: Omit<AuditRow, 'hash'>): string {
  const form = [row.previous, row.sequence, row.at, row.actor, row.action, row.subject, row.body];
  return createHash('sha256').update(JSON.stringify(form)).digest('hex');
}
