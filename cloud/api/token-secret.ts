import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Names what it is when it turns up where it should not be: scanners for leaked secrets go by such prefixes. */
const PREFIX = 'rlt_';
/** 32 random octets: nothing to guess, so one SHA-256 is all that storing them takes. */
const SECRET_BYTES = 32;

export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is stored and looked up; the secret itself is nowhere. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares without telling by its time how much was right. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
