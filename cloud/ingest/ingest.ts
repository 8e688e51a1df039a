import { setTimeout as pause } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { linkContent, type ChainPlace } from '#protocol/chain.ts';
import { chainForked, hashAt, hashesFrom, type ChainOwner } from './chain-state.ts';
import { groupsOf } from './groups.ts';
import { pack, prepareGroup, type PreparedGroup, type PreparedLine } from './prepare.ts';
import { project } from './project.ts';

export interface IngestSource extends ChainOwner {
  via: 'line' | 'courier';
}

export interface IngestResult {
  /** The cloud's end of this station's chain afterwards. */
  place: ChainPlace;
  /** Lines that were new, and lines that were there before. */
  stored: number;
  duplicate: number;
}

type Uses = Pick<CloudContext, 'db' | 'now'>;
type Head = Pick<Selectable<CloudTables['stations']>, 'epoch' | 'position' | 'hash'>;

async function lockStation(trx: Trx, { tenantId, stationId }: ChainOwner): Promise<Head> {
  const row = await trx
    .selectFrom('stations')
    .select(['epoch', 'position', 'hash', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .forUpdate()
    .executeTakeFirst();
  if (row?.state === 'joined') return row;
  throw new CloudError(403, {
    code: 'station-unknown',
    what: 'This station has not joined, or was revoked.',
    next: 'Ask an administrator of the cloud for an invitation.',
  });
}

const placeOf = ({ epoch, position, hash }: Head): ChainPlace => ({ epoch, position, hash });

function refuseEpoch(head: Head, epoch: number): void {
  if (epoch < head.epoch)
    throw chainForked('old-epoch', placeOf(head), { position: head.position, hash: null });
  if (epoch === head.epoch) return;
  throw new CloudError(409, {
    code: 'epoch-unknown',
    what: `The cloud does not know epoch ${epoch} of this station's chain; it is in epoch ${head.epoch}.`,
    next: 'The station asks for the place again and opens its epoch anew.',
    retry: true,
    details: { epoch: head.epoch, position: head.position, hash: head.hash },
  });
}

function refuseGap(head: Head, from: number): void {
  if (from <= head.position + 1) return;
  throw new CloudError(409, {
    code: 'gap',
    what: `Messages ${head.position + 1} to ${from - 1} of this station are missing.`,
    next: 'The station sends again from the place that is named.',
    retry: true,
    details: { epoch: head.epoch, position: head.position, hash: head.hash },
  });
}

/** Every known line must be the same one. Throws `chain-forked` naming where it differs. */
async function checkKnown(
  trx: Trx,
  owner: ChainOwner,
  head: Head,
  { from, lines }: { from: number; lines: readonly PreparedLine[] },
): Promise<void> {
  if (lines.length === 0) return;
  let hash = await hashAt(trx, owner, head.epoch, from - 1);
  const known = await hashesFrom(trx, owner, { epoch: head.epoch, position: from, limit: lines.length });
  for (const [index, { content }] of lines.entries()) {
    const position = from + index;
    hash = hash === null ? null : linkContent(hash, content);
    const ours = known.get(position) ?? (await hashAt(trx, owner, head.epoch, position));
    if (hash === null || ours !== hash)
      throw chainForked('different', placeOf(head), { position, hash: ours });
  }
}

/** Appends new lines to the log and returns the new end of the chain. */
async function append(
  trx: Trx,
  source: IngestSource,
  head: Head,
  { lines, packed, bytes }: Omit<PreparedGroup, 'from'>,
  now: Date,
): Promise<Head> {
  let { hash } = head;
  const hashes = lines.map(({ content }) => (hash = linkContent(hash, content)));
  const last = head.position + lines.length;
  const { tenantId, stationId, via } = source;
  await trx
    .insertInto('log')
    .values({
      ...{ tenant_id: tenantId, station_id: stationId, epoch: head.epoch, first: head.position + 1, last },
      ...{ hashes: Buffer.from(hashes.join(''), 'hex'), lines: packed, bytes, via, received_at: now },
    })
    .execute();
  return { epoch: head.epoch, position: last, hash };
}

async function writeHead(
  trx: Trx,
  { tenantId, stationId }: ChainOwner,
  head: Head,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('stations')
    .set({ position: head.position, hash: head.hash, last_contact: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .execute();
}

async function take(
  trx: Trx,
  source: IngestSource,
  epoch: number,
  group: PreparedGroup,
  now: Date,
): Promise<IngestResult> {
  const head = await lockStation(trx, source);
  refuseEpoch(head, epoch);
  refuseGap(head, group.from);
  const duplicate = Math.min(group.lines.length, head.position + 1 - group.from);
  await checkKnown(trx, source, head, { from: group.from, lines: group.lines.slice(0, duplicate) });
  const lines = group.lines.slice(duplicate);
  if (lines.length === 0) return { place: placeOf(head), stored: 0, duplicate };
  const fresh = duplicate === 0 ? group : { lines, ...(await pack(lines)) };
  const next = await append(trx, source, head, fresh, now);
  const { tenantId, stationId } = source;
  await project({ trx, tenantId, stationId, epoch, now }, lines);
  await writeHead(trx, source, next, now);
  return { place: placeOf(next), stored: lines.length, duplicate };
}

/** Deadlock and serialisation failure (SQLSTATE): the same again is what the database asks for. */
const AGAIN = new Set(['40P01', '40001']);
const ATTEMPTS = 4;

async function committed(
  { db, now }: Uses,
  source: IngestSource,
  epoch: number,
  group: PreparedGroup,
): Promise<IngestResult> {
  for (let attempt = 1; ; attempt++)
    try {
      return await db.transaction().execute((trx) => take(trx, source, epoch, group, now()));
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (attempt === ATTEMPTS || !AGAIN.has(code)) throw error;
      await pause(2 ** attempt * 5 * (1 + Math.random()));
    }
}

/**
 * Takes a station's lines in order, a transaction per group; while one commits, the next is read and packed. A line
 * that is there already counts as duplicate. What was committed stays when a later line is refused or the source
 * breaks off: then the error of the source is thrown after the lines that came whole were taken.
 * Throws CloudError `bad-message`, `line-too-long`, `chain-forked`, `epoch-unknown`, `gap`, `station-unknown`.
 */
export async function ingestLines(
  context: Uses,
  source: IngestSource,
  from: { epoch: number; from: number },
  lines: AsyncIterable<string>,
): Promise<IngestResult | null> {
  let position = from.from;
  let result: IngestResult | null = null;
  let committing: Promise<void> = Promise.resolve();
  const commit = async (group: PreparedGroup): Promise<void> => {
    const done = await committed(context, source, from.epoch, group);
    result = {
      place: done.place,
      stored: (result?.stored ?? 0) + done.stored,
      duplicate: (result?.duplicate ?? 0) + done.duplicate,
    };
  };
  try {
    for await (const group of groupsOf(lines)) {
      const prepared = await prepareGroup(position, group);
      position += group.length;
      await committing;
      committing = commit(prepared);
      // Handled where it is awaited; until then it must not count as forgotten.
      committing.catch(() => undefined);
    }
  } finally {
    await committing;
  }
  return result;
}
