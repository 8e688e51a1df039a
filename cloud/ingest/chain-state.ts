import { sql } from 'kysely';
import type { Db } from '#cloud/db/open.ts';
import type { Trx } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { GENESIS, type ChainPlace } from '#protocol/chain.ts';

export interface ChainOwner {
  tenantId: string;
  stationId: string;
}

/** Octets of a chain hash in `log.hashes`. */
const HASH_BYTES = 32;

async function inLog(
  db: Db | Trx,
  owner: ChainOwner,
  epoch: number,
  position: number,
): Promise<string | null> {
  const row = await db
    .selectFrom('log')
    .select(
      sql<string>`encode(substring(hashes from ((${position}::bigint - first) * ${HASH_BYTES}::bigint)::integer + 1 for ${HASH_BYTES}::integer), 'hex')`.as(
        'hash',
      ),
    )
    .where('tenant_id', '=', owner.tenantId)
    .where('station_id', '=', owner.stationId)
    .where('epoch', '=', epoch)
    .where('first', '<=', position)
    .where('last', '>=', position)
    .orderBy('first', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.hash ?? null;
}

/** The hash that the cloud holds at a place of a station's chain, following epochs back; null where it holds none. */
export async function hashAt(
  db: Db | Trx,
  owner: ChainOwner,
  epoch: number,
  position: number,
): Promise<string | null> {
  if (position === 0) return GENESIS;
  const begin = await db
    .selectFrom('epochs')
    .select(['parent', 'position', 'hash'])
    .where('tenant_id', '=', owner.tenantId)
    .where('station_id', '=', owner.stationId)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  if (begin !== undefined && position === begin.position) return begin.hash;
  if (begin !== undefined && position < begin.position) return hashAt(db, owner, begin.parent, position);
  return inLog(db, owner, epoch, position);
}

/** The hashes that the cloud holds from one position on, at most `limit`: to tell a repeated line from another one. */
export async function hashesFrom(
  trx: Trx,
  owner: ChainOwner,
  { epoch, position, limit }: { epoch: number; position: number; limit: number },
): Promise<Map<number, string>> {
  const rows = await trx
    .selectFrom('log')
    .select(['first', 'last', 'hashes'])
    .where('tenant_id', '=', owner.tenantId)
    .where('station_id', '=', owner.stationId)
    .where('epoch', '=', epoch)
    .where('last', '>=', position)
    .where('first', '<', position + limit)
    .orderBy('first')
    .execute();
  const found = new Map<number, string>();
  for (const { first, last, hashes } of rows)
    for (let at = Math.max(first, position); at <= last && at < position + limit; at++)
      found.set(
        at,
        Buffer.from(hashes.subarray((at - first) * HASH_BYTES, (at - first + 1) * HASH_BYTES)).toString(
          'hex',
        ),
      );
  return found;
}

/** What a station and its cloud hold at one position differs: `place` is the cloud's end, `at` where they part. */
export function chainForked(
  why: 'station-behind' | 'different' | 'old-epoch',
  place: ChainPlace,
  at: { position: number; hash: string | null },
): CloudError {
  const what = {
    'station-behind': 'The cloud holds messages of this station that the station itself does not know.',
    different: 'The cloud holds another message at this place of the chain.',
    'old-epoch': 'The cloud goes on with this station in a later epoch of its chain.',
  }[why];
  return new CloudError(409, {
    code: 'chain-forked',
    what: `${what} The station was restored from a backup, or two stations work under one identity.`,
    next: 'If the station was restored, let it go on in a new epoch. If not, stop it and look for its copy.',
    details: {
      ...{ why, epoch: place.epoch, position: place.position, hash: place.hash },
      ...{ atPosition: at.position, atHash: at.hash },
    },
  });
}
