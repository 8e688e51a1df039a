import type { Segment } from '#drivers/core/image.ts';

const ERASED = 0xff;

/** Segments widened with FF to whole units; those that meet in one unit are one. In order, as an image's are. */
export function wholeUnits(segments: readonly Segment[], unit: number): Segment[] {
  const spans: { start: number; end: number; from: Segment[] }[] = [];
  for (const segment of segments) {
    const start = segment.address - (segment.address % unit);
    const end = Math.ceil((segment.address + segment.bytes.length) / unit) * unit;
    const last = spans.at(-1);
    if (last !== undefined && start < last.end) {
      last.end = Math.max(last.end, end);
      last.from.push(segment);
    } else spans.push({ start, end, from: [segment] });
  }
  return spans.map(({ start, end, from }) => {
    const bytes = new Uint8Array(end - start).fill(ERASED);
    for (const segment of from) bytes.set(segment.bytes, segment.address - start);
    return { address: start, bytes };
  });
}

/** What of the segments lies in that range. */
export function within(segments: readonly Segment[], start: number, end: number): Segment[] {
  return segments.flatMap(({ address, bytes }) => {
    const from = Math.max(start, address);
    const to = Math.min(end, address + bytes.length);
    return from < to ? [{ address: from, bytes: bytes.subarray(from - address, to - address) }] : [];
  });
}

/** Pieces of at most that many bytes. */
export function* blocksOf(segments: readonly Segment[], size: number): Generator<Segment> {
  for (const { address, bytes } of segments)
    for (let at = 0; at < bytes.length; at += size)
      yield { address: address + at, bytes: bytes.subarray(at, at + size) };
}

export const bytesOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** A block of FF is what erased flash reads: not written. */
export const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === ERASED);
