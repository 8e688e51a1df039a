import { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { decrypt, encrypt } from './envelope.ts';
import { vaultError } from './vault-errors.ts';

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));

/** How the key that wraps the master key comes about. */
const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('demo-file') }),
  z.strictObject({
    kind: z.literal('passphrase'),
    salt: base64,
    memory: z.number().int().min(8192).max(2_097_152),
    passes: z.number().int().min(1).max(64),
    lanes: z.number().int().min(1).max(16),
  }),
]);
export type KeySource = z.infer<typeof sourceSchema>;

const recordSchema = z.strictObject({
  format: z.literal('rootline-vault/1'),
  source: sourceSchema,
  verifier: base64,
  wrapped: base64,
});
export type MasterRecord = z.infer<typeof recordSchema>;

const DIGEST_BYTES = 32;

/** Two keys from one: what proves the passphrase says nothing about what wraps the master key. RFC 5869. */
function derive(key: Uint8Array, use: 'verify' | 'wrap'): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `rootline-vault/1 ${use}`, DIGEST_BYTES));
}

const aad = (source: KeySource): Buffer => Buffer.from(JSON.stringify(plainSource(source)), 'utf8');

function plainSource(source: KeySource): z.input<typeof sourceSchema> {
  return source.kind === 'demo-file' ? source : { ...source, salt: source.salt.toString('base64') };
}

/** A new master key under `key`, and the record that keeps it. */
export function createMaster(key: Uint8Array, source: KeySource): { master: Buffer; record: Uint8Array } {
  const master = randomBytes(DIGEST_BYTES);
  const wrap = derive(key, 'wrap');
  const body = Buffer.from(
    JSON.stringify({
      format: 'rootline-vault/1',
      source: plainSource(source),
      verifier: derive(key, 'verify').toString('base64'),
      wrapped: encrypt(wrap, aad(source), master).toString('base64'),
    }),
  );
  wrap.fill(0);
  return { master, record: Buffer.concat([createHash('sha256').update(body).digest(), body]) };
}

/** Reads a record; its digest tells damage from a wrong passphrase. Throws AppError `vault-damaged`. */
export function parseRecord(bytes: Uint8Array): MasterRecord {
  const body = bytes.subarray(DIGEST_BYTES);
  const digest = createHash('sha256').update(body).digest();
  if (!digest.equals(bytes.subarray(0, DIGEST_BYTES))) throw vaultError('vault-damaged');
  try {
    return recordSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (error) {
    throw vaultError('vault-damaged', {}, error);
  }
}

/** Throws AppError `wrong-passphrase` when `key` is not the one, `vault-damaged` when it is and yet nothing opens. */
export function unwrapMaster(key: Uint8Array, { source, verifier, wrapped }: MasterRecord): Buffer {
  const expected = derive(key, 'verify');
  if (expected.length !== verifier.length || !timingSafeEqual(expected, verifier)) {
    throw vaultError(source.kind === 'passphrase' ? 'wrong-passphrase' : 'vault-damaged');
  }
  const wrap = derive(key, 'wrap');
  try {
    return decrypt(wrap, aad(source), wrapped);
  } catch (error) {
    throw vaultError('vault-damaged', {}, error);
  } finally {
    wrap.fill(0);
  }
}
