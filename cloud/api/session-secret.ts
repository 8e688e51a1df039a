import { randomBytes } from 'node:crypto';
import { hashSecret } from '#cloud/server/tokens.ts';

/** What a session cookie names: the tenant, and the hash under which its row stands. */
export interface SessionName {
  tenantId: string;
  hash: Buffer;
}

const SECRET_BYTES = 32;
const COOKIE = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Value of a new session cookie: the tenant, which the table is partitioned by, and 256 random bits. */
export function newSession(tenantId: string): string {
  return `${tenantId}.${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Null for what cannot be a cookie of ours. */
export function sessionNamed(cookie: string): SessionName | null {
  const [, tenantId, secret] = COOKIE.exec(cookie) ?? [];
  return tenantId === undefined || secret === undefined ? null : { tenantId, hash: hashSecret(secret) };
}
