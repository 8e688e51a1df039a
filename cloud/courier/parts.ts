import { putBlob, readBlob } from '#cloud/db/blobs.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { sha256 } from '#protocol/courier/manifest.ts';

type Context = Pick<CloudContext, 'db' | 'now'>;

/** One sealed file of a transfer. */
export interface StoredPart {
  part: number;
  name: string;
  sha256: string;
  bytes: number;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Keeps a sealed file as it is; a second one of the same number takes the place of the first. */
export async function keepPart(
  { db, now }: Context,
  { tenantId, transferId }: { tenantId: string; transferId: string },
  { part, name, bytes }: { part: number; name: string; bytes: Uint8Array },
): Promise<void> {
  const hash = sha256(bytes);
  await putBlob(db, tenantId, hash, once(bytes), now());
  const row = { name, sha256: hash, bytes: bytes.length };
  await db
    .insertInto('transfer_parts')
    .values({ tenant_id: tenantId, transfer_id: transferId, part, ...row })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'transfer_id', 'part']).doUpdateSet(row))
    .execute();
}

export async function partsOf(
  { db }: Pick<Context, 'db'>,
  tenantId: string,
  transferId: string,
): Promise<StoredPart[]> {
  return db
    .selectFrom('transfer_parts')
    .select(['part', 'name', 'sha256', 'bytes'])
    .where('tenant_id', '=', tenantId)
    .where('transfer_id', '=', transferId)
    .orderBy('part')
    .execute();
}

/** The bytes of one sealed file: a courier file is opened in one piece. */
export async function readPart(
  { db }: Pick<Context, 'db'>,
  tenantId: string,
  part: StoredPart,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readBlob(db, tenantId, part.sha256)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function dropBlob({ db }: Pick<Context, 'db'>, tenantId: string, hash: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const blob = await trx
      .deleteFrom('blobs')
      .where('tenant_id', '=', tenantId)
      .where('sha256', '=', hash)
      .returning('content')
      .executeTakeFirst();
    if (blob === undefined) return;
    await trx
      .deleteFrom('blob_pieces')
      .where('tenant_id', '=', tenantId)
      .where('content', '=', blob.content)
      .execute();
  });
}

/** Forgets the sealed files of a transfer: what they held is in the database now. */
export async function dropParts(context: Context, tenantId: string, transferId: string): Promise<void> {
  for (const { sha256: hash } of await partsOf(context, tenantId, transferId))
    await dropBlob(context, tenantId, hash);
  await context.db
    .deleteFrom('transfer_parts')
    .where('tenant_id', '=', tenantId)
    .where('transfer_id', '=', transferId)
    .execute();
}
