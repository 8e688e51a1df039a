import { blocksOf, type Block, type CourierSource } from './blocks.ts';
import { CourierError } from './errors.ts';
import {
  COURIER_FORMAT,
  encodePayload,
  manifestOf,
  MAX_PARTS,
  partName,
  sha256,
  type PartHeader,
  type Transfer,
} from './manifest.ts';
import { MAX_FILE } from './open.ts';
import { sealPart, type SealKeys } from './seal.ts';

/** Octets of a part, unless told otherwise: a station holds a few of them in memory. */
export const DEFAULT_PART = 4 * 1024 * 1024;
/** Smallest size of a part that may be asked for. */
export const MIN_PART = 16 * 1024;
/** Header, signature, envelope: never more than this, beside the certificates. */
const OVERHEAD = 6 * 1024;

/** One file of a transfer, ready to be written. */
export interface SealedPart {
  name: string;
  index: number;
  last: boolean;
  lines: number;
  bytes: Buffer;
  /** SHA-256 of the transfer's manifest; null before the last part. */
  manifest: string | null;
}

function roomFor(maxPartBytes: number, keys: SealKeys): number {
  if (maxPartBytes < MIN_PART || maxPartBytes > MAX_FILE)
    throw new RangeError(`A part has ${MIN_PART} to ${MAX_FILE} octets`);
  return maxPartBytes - OVERHEAD - keys.chain.reduce((sum, { length }) => sum + length, 0);
}

/** Collects blocks up to the room of one part; the last group, also an empty one, is marked. */
async function* groups(
  blocks: AsyncIterable<Block>,
  room: number,
): AsyncGenerator<{ blocks: Block[]; last: boolean }> {
  let [group, bytes]: [Block[], number] = [[], 0];
  for await (const block of blocks) {
    if (bytes > 0 && bytes + block.compressed.length > room) {
      yield { blocks: group, last: false };
      [group, bytes] = [[], 0];
    }
    group.push(block);
    bytes += block.compressed.length;
  }
  yield { blocks: group, last: true };
}

const sum = (blocks: readonly Block[], field: 'clearBytes' | 'lines'): number =>
  blocks.reduce((total, block) => total + block[field], 0);

function headerOf(transfer: Transfer, blocks: Block[], body: Buffer, place: Place): PartHeader {
  const [clearBytes, lines] = [sum(blocks, 'clearBytes'), sum(blocks, 'lines')];
  const part = { ...place, bodySha256: sha256(body), clearBytes, lines };
  return { format: COURIER_FORMAT, ...transfer, part };
}

type Place = Pick<PartHeader['part'], 'index' | 'last' | 'before'>;

function tooMany(index: number): void {
  if (index <= MAX_PARTS) return;
  throw new CourierError('too-large', 'The transfer needs more parts than a transfer may have.', {
    context: { limit: MAX_PARTS },
  });
}

/**
 * Cuts a source into sealed parts, one at a time: memory holds about three parts, however long the source is. The
 * framing that the transfer states is taken from the source.
 */
export async function* sealedParts(
  transfer: Omit<Transfer, 'framing'>,
  source: CourierSource,
  keys: SealKeys,
  maxPartBytes: number = DEFAULT_PART,
): AsyncGenerator<SealedPart, undefined> {
  const room = roomFor(maxPartBytes, keys);
  const whole: Transfer = { ...transfer, framing: source.framing };
  let [index, before]: [number, string | null] = [1, null];
  for await (const { blocks, last } of groups(blocksOf(source, room), room)) {
    tooMany(index);
    const body = Buffer.concat(blocks.map(({ compressed }) => compressed));
    const header = headerOf(whole, blocks, body, { index, last, before });
    const { payload, headerBytes } = encodePayload(header, body);
    const manifest = last ? manifestOf(headerBytes) : null;
    const bytes = await sealPart(payload, keys);
    yield { name: partName(whole, index), index, last, lines: header.part.lines, bytes, manifest };
    before = sha256(payload);
    index += 1;
  }
}
