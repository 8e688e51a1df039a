import type { Segment } from '#drivers/core/image.ts';
import { SECTOR_BYTES } from './identify.ts';

/** The ROM erases whole blocks of this size faster than their sectors: runs begin and end on them where they can. */
const PIECE_BYTES = 0x10000;
/** Longest run: what is compressed while the one before it is on the wire. */
const RUN_BYTES = 4 * PIECE_BYTES;
const ERASED = 0xff;

/** Whole sectors that the segments touch, filled up with FF: segments that share a sector are one region. */
export function regionsOf(segments: readonly Segment[]): Segment[] {
  const regions: { start: number; end: number; parts: Segment[] }[] = [];
  for (const segment of segments) {
    const start = segment.address - (segment.address % SECTOR_BYTES);
    const end = Math.ceil((segment.address + segment.bytes.length) / SECTOR_BYTES) * SECTOR_BYTES;
    const last = regions.at(-1);
    if (last === undefined || start > last.end) regions.push({ start, end, parts: [segment] });
    else {
      last.end = Math.max(last.end, end);
      last.parts.push(segment);
    }
  }
  return regions.map(({ start, end, parts }) => {
    const bytes = new Uint8Array(end - start).fill(ERASED);
    for (const part of parts) bytes.set(part.bytes, part.address - start);
    return { address: start, bytes };
  });
}

/** A region in pieces that end on 64 KiB. */
export function piecesOf({ address, bytes }: Segment): Segment[] {
  const pieces: Segment[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(PIECE_BYTES - ((address + at) % PIECE_BYTES), bytes.length - at);
    pieces.push({ address: address + at, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return pieces;
}

/** Neighbouring pieces as runs of at most 256 KiB. */
export function runsOf(pieces: readonly Segment[]): Segment[] {
  const runs: Segment[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    const joins =
      last !== undefined &&
      last.address + last.bytes.length === piece.address &&
      last.bytes.length + piece.bytes.length <= RUN_BYTES;
    if (joins) last.bytes = Buffer.concat([last.bytes, piece.bytes]);
    else runs.push({ ...piece });
  }
  return runs;
}

export const isErased = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === ERASED);

export const bytesIn = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
