import { createHash, randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Db } from './open.ts';
import type { CloudTables } from './schema.ts';

/** Octets of a piece: what is in memory at a time, and the largest row. */
const PIECE = 256 * 1024;

export interface Blob {
  sha256: string;
  bytes: number;
}

/** What is there under a hash, or null. */
export async function findBlob(db: Db, tenantId: string, sha256: string): Promise<Blob | null> {
  const row = await db
    .selectFrom('blobs')
    .select(['sha256', 'bytes'])
    .where('tenant_id', '=', tenantId)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row ?? null;
}

/** Cuts any chunks into pieces of one size; only the last may be shorter. */
async function* pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    kept.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes < PIECE) continue;
    const all = Buffer.concat(kept);
    const whole = all.length - (all.length % PIECE);
    for (let at = 0; at < whole; at += PIECE) yield all.subarray(at, at + PIECE);
    kept = [all.subarray(whole)];
    bytes = all.length - whole;
  }
  if (bytes > 0) yield Buffer.concat(kept);
}

/**
 * Keeps a file under the hash of its bytes. Pieces are written as they come, under a name of their own, and count only
 * once the row of the blob stands, which is after the hash was found right: a wrong or a second upload changes nothing.
 * Returns null where the bytes are not those of the name.
 */
export async function putBlob(
  db: Db,
  tenantId: string,
  sha256: string,
  source: AsyncIterable<Uint8Array>,
  now: Date,
): Promise<Blob | null> {
  const content = randomUUID();
  const hash = createHash('sha256');
  let [piece, bytes] = [0, 0];
  try {
    for await (const data of pieces(source)) {
      hash.update(data);
      bytes += data.length;
      await db.insertInto('blob_pieces').values({ tenant_id: tenantId, content, piece, data }).execute();
      piece += 1;
    }
    const right = hash.digest('hex') === sha256;
    const kept =
      right && (await keepBlob(db, { tenant_id: tenantId, sha256, bytes, content, created_at: now }));
    if (!kept) await dropPieces(db, tenantId, content);
    return right ? { sha256, bytes } : null;
  } catch (error) {
    await dropPieces(db, tenantId, content);
    throw error;
  }
}

/** False where the same bytes are there already. */
async function keepBlob(db: Db, row: Insertable<CloudTables['blobs']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('blobs')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

async function dropPieces(db: Db, tenantId: string, content: string): Promise<void> {
  await db
    .deleteFrom('blob_pieces')
    .where('tenant_id', '=', tenantId)
    .where('content', '=', content)
    .execute();
}

/** The bytes of a blob from `from` on, a piece at a time; nothing where there is no such blob. */
export async function* readBlob(db: Db, tenantId: string, sha256: string, from = 0): AsyncGenerator<Buffer> {
  const blob = await db
    .selectFrom('blobs')
    .select('content')
    .where('tenant_id', '=', tenantId)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  for (let piece = Math.floor(from / PIECE); blob !== undefined; piece++) {
    const row = await db
      .selectFrom('blob_pieces')
      .select('data')
      .where('tenant_id', '=', tenantId)
      .where('content', '=', blob.content)
      .where('piece', '=', piece)
      .executeTakeFirst();
    if (row === undefined) return;
    const skip = Math.max(0, from - piece * PIECE);
    if (skip < row.data.length) yield Buffer.from(row.data).subarray(skip);
    if (row.data.length < PIECE) return;
  }
}
