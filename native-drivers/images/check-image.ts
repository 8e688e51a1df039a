import { DriverError } from '../core/errors.ts';
import type { Image, Segment } from '../core/image.ts';
import type { MemoryArea } from '../core/operations.ts';
import { hexAddress } from './errors.ts';

export interface CheckOptions {
  /** True: phrases between two segments of one area may stay erased. Default false: a gap is most often a lost file. */
  allowGaps?: boolean;
}

/**
 * Refuses an image that the chip cannot take as it is, before the first byte is sent: DriverError `image-range` naming
 * the first address outside the programmable areas, or the first address of a gap. A gap that leaves no whole phrase
 * out is none: the rest of a phrase is written as FF.
 */
export function checkImage(image: Image, areas: readonly MemoryArea[], options: CheckOptions = {}): void {
  const sorted = [...areas].sort((a, b) => a.start - b.start);
  for (const segment of image.segments) checkInside(segment, sorted);
  if (options.allowGaps === true) return;
  for (const [index, segment] of image.segments.entries()) {
    const before = image.segments[index - 1];
    if (before !== undefined) checkGap(before, segment, sorted);
  }
}

/** Number of bytes that an image writes. */
export function imageBytes(image: Image): number {
  return image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
}

function checkInside(segment: Segment, areas: readonly MemoryArea[]): void {
  const address = firstOutside(segment.address, segment.address + segment.bytes.length, areas);
  if (address === null) return;
  throw new DriverError('image-range', `address ${hexAddress(address)} is outside the chip's memory`, {
    chip: 'untouched',
    context: { address: hexAddress(address) },
  });
}

/** Two memories with nothing in between are no gap; two areas of one flash that touch are one memory. */
function checkGap(before: Segment, after: Segment, areas: readonly MemoryArea[]): void {
  const gap = before.address + before.bytes.length;
  if (firstOutside(gap, after.address, areas) !== null) return;
  const unit = areaOf(gap - 1, areas)?.writeUnit ?? 1;
  if (Math.ceil(gap / unit) >= Math.floor(after.address / unit)) return;
  const bytes = after.address - gap;
  throw new DriverError('image-range', `the image leaves a gap of ${bytes} bytes at ${hexAddress(gap)}`, {
    chip: 'untouched',
    context: { address: hexAddress(gap), gapBytes: bytes },
  });
}

/** First address of `start` to `end` (exclusive) that no area holds; null where all of it can be programmed. */
function firstOutside(start: number, end: number, areas: readonly MemoryArea[]): number | null {
  for (let next = start; next < end;) {
    const area = areaOf(next, areas);
    if (area === undefined) return next;
    next = area.end + 1;
  }
  return null;
}

function areaOf(address: number, areas: readonly MemoryArea[]): MemoryArea | undefined {
  return areas.find((area) => address >= area.start && address <= area.end);
}
