import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { DriverError } from '#drivers/core/errors.ts';
import type { Segment } from '#drivers/core/image.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import { SLOW_READ_BYTES } from '#drivers/protocols/esp-rom/constants.ts';
import type { Awake, EspPart } from './part.ts';
import { bytesIn, isErased, piecesOf, regionsOf, runsOf } from './regions.ts';

const compress = promisify(deflate);
/** The wire is slower than any compression. */
const LEVEL = 9;

export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}

export interface Written {
  /** Of flash. */
  written: number;
  /** Whole pieces that held already what they should. */
  unchanged: number;
  /** On the wire. */
  compressed: number;
}

/**
 * Brings flash to hold these segments: pieces that do already are left alone, the others are erased and written. Each
 * run is compressed while the one before it is on the wire.
 */
export async function writeSegments(
  part: EspPart,
  { client }: Awake,
  segments: readonly Segment[],
  context: OperationContext,
  note: string,
): Promise<Written> {
  const regions = regionsOf(segments);
  const total = bytesIn(regions);
  const pieces: Segment[] = [];
  for (const region of regions) pieces.push(...(await changedPieces(client, region, context)));
  const runs = runsOf(pieces);
  const unchanged = total - bytesIn(runs);
  let compressedBytes = 0;
  let before = unchanged;
  let next = prepared(runs[0]);
  for (const [index, { address, bytes }] of runs.entries()) {
    const compressed = await next;
    next = prepared(runs[index + 1]);
    stopIfAborted(context.signal);
    part.touched = true;
    const done = before;
    await client.writeDeflated(
      { address, length: bytes.length, compressed },
      part.chip.extendedBegin,
      (sent) => {
        stopIfAborted(context.signal);
        const share = Math.round((bytes.length * sent) / compressed.length);
        context.progress({ done: done + share, total, unit: 'B', note });
      },
    );
    before += bytes.length;
    compressedBytes += compressed.length;
  }
  return { written: total - unchanged, unchanged, compressed: compressedBytes };
}

/** A rejection is that of the await that comes later. */
function prepared(run: Segment | undefined): Promise<Uint8Array> {
  const work = run === undefined ? Promise.resolve(new Uint8Array(0)) : compress(run.bytes, { level: LEVEL });
  work.catch(() => undefined);
  return work;
}

/** Flash whose first bytes are erased where the image's are not holds nothing of it: it is not digested first. */
async function changedPieces(
  client: Awake['client'],
  region: Segment,
  context: OperationContext,
): Promise<Segment[]> {
  const pieces = piecesOf(region);
  const head = await client.readFlash(region.address, SLOW_READ_BYTES);
  if (isErased(head) && !isErased(region.bytes.subarray(0, SLOW_READ_BYTES))) return pieces;
  const changed: Segment[] = [];
  for (const [index, piece] of pieces.entries()) {
    stopIfAborted(context.signal);
    context.progress({ done: index, total: pieces.length, unit: 'steps', note: 'Compare' });
    if ((await client.flashMd5(piece.address, piece.bytes.length)) !== md5Of(piece.bytes))
      changed.push(piece);
  }
  return changed;
}
