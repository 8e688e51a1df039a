import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { MemoryArea } from '#drivers/core/operations.ts';
import type { Range } from '#drivers/protocols/ra-boot/memory.ts';

/** Whole phrases of one area, ready to be written in one go. */
export interface WriteRun {
  area: MemoryArea;
  address: number;
  bytes: Uint8Array;
}

const ERASED = 0xff;

/**
 * An image as the chip takes it: cut at area borders, padded with FF to whole phrases, neighbours that share or touch
 * a phrase merged, in address order. The image must have passed `checkImage`.
 */
export function writeRuns(image: Image, areas: readonly MemoryArea[]): WriteRun[] {
  const runs: WriteRun[] = [];
  for (const span of phraseSpans(image, areas)) {
    const bytes = new Uint8Array(span.end - span.start).fill(ERASED);
    for (const { address, bytes: data } of image.segments) {
      const from = Math.max(address, span.start);
      const to = Math.min(address + data.length, span.end);
      if (from < to) bytes.set(data.subarray(from - address, to - address), from - span.start);
    }
    runs.push({ area: span.area, address: span.start, bytes });
  }
  return runs;
}

interface Span {
  area: MemoryArea;
  start: number;
  /** Exclusive. */
  end: number;
}

function phraseSpans(image: Image, areas: readonly MemoryArea[]): Span[] {
  const spans: Span[] = [];
  const ordered = [...image.segments].sort((a, b) => a.address - b.address);
  for (const { address, bytes } of ordered) {
    for (let at = address; at < address + bytes.length;) {
      const area = areaAt(areas, at);
      const stop = Math.min(address + bytes.length, area.end + 1);
      addSpan(spans, { area, start: alignDown(at, area.writeUnit), end: alignUp(stop, area.writeUnit) });
      at = stop;
    }
  }
  return spans;
}

function addSpan(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last?.area === span.area && span.start <= last.end) last.end = Math.max(last.end, span.end);
  else spans.push(span);
}

function areaAt(areas: readonly MemoryArea[], address: number): MemoryArea {
  const area = areas.find(({ start, end, writeUnit }) => writeUnit > 0 && address >= start && address <= end);
  if (area !== undefined) return area;
  throw new DriverError('image-range', 'The image does not fit the chip.', {
    chip: 'untouched',
    context: { address: `0x${address.toString(16)}` },
  });
}

/** The blocks that the runs touch and no others, as ranges of at most `slice` bytes: a cancel waits for one at most. */
export function eraseRanges(runs: readonly WriteRun[], slice: number): (Range & { area: MemoryArea })[] {
  const blocks: Span[] = [];
  for (const { area, address, bytes } of runs) {
    // Option-setting memory is overwritten in place: it takes no erase command.
    if (area.eraseUnit === 0 || area.kind === 'config') continue;
    const start = alignDown(address, area.eraseUnit);
    addSpan(blocks, { area, start, end: alignUp(address + bytes.length, area.eraseUnit) });
  }
  return blocks.flatMap(({ area, start, end }) => {
    const step = Math.max(alignDown(slice, area.eraseUnit), area.eraseUnit);
    const ranges: (Range & { area: MemoryArea })[] = [];
    for (let at = start; at < end; at += step)
      ranges.push({ area, start: at, end: Math.min(at + step, end) - 1 });
    return ranges;
  });
}

function alignDown(value: number, unit: number): number {
  return value - (value % Math.max(unit, 1));
}

function alignUp(value: number, unit: number): number {
  return alignDown(value + Math.max(unit, 1) - 1, unit);
}
