import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { CourierError } from './errors.ts';

const compress = promisify(gzip);

/** Lines without their LF, or bytes in chunks of any size. */
export type CourierSource =
  | { framing: 'lines'; lines: AsyncIterable<string> | Iterable<string> }
  | { framing: 'bytes'; chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> };

/** A whole gzip member (RFC 1952): members may simply stand one behind the other. */
export interface Block {
  compressed: Buffer;
  clearBytes: number;
  lines: number;
}

/** Clear octets per block: large enough to compress well (deflate looks back 32 KiB), small enough to fill a part. */
const CLEAR_BLOCK = 256 * 1024;

/** Deflate makes nothing longer than by 5 octets in 16 KiB, and gzip adds 18 (RFC 1951, 3.2.4; RFC 1952, 2.3). */
const clearThatFits = (room: number): number => Math.min(CLEAR_BLOCK, Math.floor(room * 0.99) - 64);

interface Piece {
  bytes: Buffer;
  lines: number;
}

async function* linePieces(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Piece> {
  for await (const line of lines) {
    if (line.includes('\n')) throw new TypeError('A line of a courier transfer must not contain a line feed');
    yield { bytes: Buffer.from(`${line}\n`), lines: 1 };
  }
}

async function* bytePieces(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Piece> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += size)
      yield { bytes: Buffer.from(chunk.subarray(at, at + size)), lines: 0 };
  }
}

async function pack(pieces: readonly Piece[], room: number): Promise<Block> {
  const clear = Buffer.concat(pieces.map(({ bytes }) => bytes));
  const compressed = await compress(clear);
  if (compressed.length > room)
    throw new CourierError('too-large', 'One message is larger than a part of the courier transfer.', {
      context: { is: compressed.length, limit: room },
    });
  return {
    compressed,
    clearBytes: clear.length,
    lines: pieces.reduce((sum, { lines }) => sum + lines, 0),
  };
}

/** Cuts a source into compressed blocks of at most `room` octets; a line is never cut. Throws `too-large`. */
export async function* blocksOf(source: CourierSource, room: number): AsyncGenerator<Block> {
  const size = clearThatFits(room);
  const pieces = source.framing === 'lines' ? linePieces(source.lines) : bytePieces(source.chunks, size);
  let [waiting, bytes]: [Piece[], number] = [[], 0];
  for await (const piece of pieces) {
    if (bytes > 0 && bytes + piece.bytes.length > size) {
      yield await pack(waiting, room);
      [waiting, bytes] = [[], 0];
    }
    waiting.push(piece);
    bytes += piece.bytes.length;
  }
  if (bytes > 0) yield await pack(waiting, room);
}
