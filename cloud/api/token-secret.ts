import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Access tokens and session cookies: `<prefix><base64url of tenant id, row id and 32 random octets>`. The ids lead to
 * one row by its key; only the hash of the whole is stored. With 256 random bits one SHA-256 is all that storing takes.
 */
const SECRET_BYTES = 32;
const UUID_BYTES = 16;
/** Names what it is when it turns up where it should not be: scanners for leaked secrets go by such prefixes. */
const PREFIX = { token: 'rlt_', session: 'rls_' } as const;
export type SecretKind = keyof typeof PREFIX;

export interface SecretNames {
  tenantId: string;
  id: string;
}

const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function newSecret(kind: SecretKind, { tenantId, id }: SecretNames): string {
  const bytes = Buffer.concat([uuidBytes(tenantId), uuidBytes(id), randomBytes(SECRET_BYTES)]);
  return PREFIX[kind] + bytes.toString('base64url');
}

/** Which row a secret says it is of; null where it cannot be one of ours. */
export function namesOf(kind: SecretKind, secret: string): SecretNames | null {
  if (!secret.startsWith(PREFIX[kind])) return null;
  const bytes = Buffer.from(secret.slice(PREFIX[kind].length), 'base64url');
  if (bytes.length !== 2 * UUID_BYTES + SECRET_BYTES) return null;
  const [tenantId, id] = [bytes.subarray(0, UUID_BYTES), bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)];
  return { tenantId: uuidText(tenantId), id: uuidText(id) };
}

/** What is stored; the secret itself is nowhere. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares without telling by its time how much was right. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
