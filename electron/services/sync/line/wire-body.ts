import { Readable, Transform, type TransformCallback } from 'node:stream';
import * as zlib from 'node:zlib';
import type { OutboxRow } from '#store/api.ts';
import type { Bandwidth } from './bandwidth.ts';

export type Encoding = 'zstd' | 'gzip';

/** Zstandard where this runtime has it: half the time of gzip for the same size. */
export const ENCODING: Encoding = 'createZstdCompress' in zlib ? 'zstd' : 'gzip';

/**
 * What was written is on the wire as a block that opens by itself as soon as it is written: of a connection that is cut
 * in the middle of a request, all but the last few records count.
 */
function compressor(encoding: Encoding): Transform {
  const { ZSTD_e_flush, Z_SYNC_FLUSH } = zlib.constants;
  return encoding === 'zstd'
    ? zlib.createZstdCompress({ flush: ZSTD_e_flush })
    : zlib.createGzip({ level: 6, flush: Z_SYNC_FLUSH });
}

/** Bytes of records in one block: smaller ones would cost size, larger ones what a cut takes back. */
const BLOCK = 32 * 1024;

export interface WireBody {
  body: Readable;
  encoding: Encoding;
  /** Compressed bytes handed to the line so far. */
  bytes: () => number;
}

export interface WireOptions {
  encoding?: Encoding;
  /** Null: no cap. */
  cap: Bandwidth | null;
}

/** Pages as one compressed body of NDJSON. Takes a page when there is room for it, so no more than two are ever held. */
export function wireBody(
  pages: AsyncIterable<readonly OutboxRow[]>,
  { encoding = ENCODING, cap }: WireOptions,
): WireBody {
  let sent = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      sent += chunk.length;
      if (cap === null) done(null, chunk);
      else void paced(cap, chunk, (piece) => meter.push(piece)).then(() => done(), done);
    },
  });
  const source = Readable.from(blocks(pages), { objectMode: true, highWaterMark: 1 });
  const packed = compressor(encoding);
  // Each end of the pipe ends the others: a cut line stops the reading of pages.
  source.on('error', (error) => packed.destroy(error));
  packed.on('error', (error) => meter.destroy(error));
  meter.on('close', () => {
    packed.destroy();
    source.destroy();
  });
  return { body: source.pipe(packed).pipe(meter), encoding, bytes: () => sent };
}

async function paced(cap: Bandwidth, chunk: Buffer, push: (piece: Buffer) => void): Promise<void> {
  for (let at = 0; at < chunk.length; at += cap.piece) {
    const piece = chunk.subarray(at, at + cap.piece);
    await cap.take(piece.length);
    push(piece);
  }
}

async function* blocks(pages: AsyncIterable<readonly OutboxRow[]>): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    let block = '';
    for (const { line } of page) {
      block += `${line}\n`;
      if (block.length < BLOCK) continue;
      yield Buffer.from(block);
      block = '';
    }
    if (block !== '') yield Buffer.from(block);
  }
}
