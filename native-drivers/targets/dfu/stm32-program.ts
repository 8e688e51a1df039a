import type { ImageSource } from '#drivers/core/driver.ts';
import type { Segment } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import { areasOf, sectorsOf, WRITE_UNIT, type DfuseMemory } from './memory.ts';
import { blocksOf, bytesOf, isBlank, wholeUnits, within } from './pieces.ts';
import { readBack } from './readback.ts';
import type { OpenStm32, Stm32DfuPart } from './stm32-part.ts';
import { stopIfAborted } from './stop.ts';

/** USB 2.0, section 7.1.11: a full-speed bus, bits per second. */
export const FULL_SPEED = 12_000_000;

/** What of an image lies in one sector, and how the sector stands to it. */
interface Sector {
  start: number;
  pieces: Segment[];
}
type Found = 'same' | 'blank' | 'other';

/** Reads a sector only as far as it takes to know what has to be done with it. */
async function lookAt({ dfuse }: OpenStm32, { pieces }: Sector, signal: AbortSignal): Promise<Found> {
  let found: Found | null = null;
  for (const { address, bytes } of blocksOf(pieces, dfuse.dfu.transferSize)) {
    stopIfAborted(signal);
    const held = await dfuse.read(address, bytes.length);
    const same = Buffer.compare(held, bytes) === 0;
    // A blank block of the image is both.
    if (same && isBlank(held)) continue;
    const now: Found = same ? 'same' : isBlank(held) ? 'blank' : 'other';
    if (now === 'other' || (found !== null && found !== now)) return 'other';
    found = now;
  }
  return found ?? 'same';
}

function sectorsToWrite(flash: DfuseMemory, segments: readonly Segment[]): Sector[] {
  return [...sectorsOf(flash)]
    .map(({ start, end }) => ({ start, pieces: within(segments, start, end) }))
    .filter(({ pieces }) => pieces.length > 0);
}

function segmentsOf(flash: DfuseMemory, images: ImageSource, sha256: string): Segment[] {
  const image = images.get(sha256);
  checkImage(image, areasOf(flash), { allowGaps: true });
  return wholeUnits(image.segments, WRITE_UNIT);
}

/** Sectors that hold the image already are left alone, blank ones are not erased; the others are. */
export async function program(
  part: Stm32DfuPart,
  images: ImageSource,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const open = await part.open(context.signal);
  const segments = segmentsOf(open.flash, images, sha256);
  const progress = new Written(bytesOf(segments), context);
  const isErased = part.erased;
  part.erased = false;
  let erased = 0;
  for (const sector of sectorsToWrite(open.flash, segments)) {
    const found = isErased ? 'blank' : await lookAt(open, sector, context.signal);
    if (found === 'other') {
      await erase(part, open, sector.start, progress);
      erased += 1;
    }
    if (found === 'same') progress.skip(bytesOf(sector.pieces));
    else await write(part, open, sector.pieces, progress);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: progress.total, seconds, baudRate: FULL_SPEED },
    measurements: [
      { name: 'program-time', value: seconds, unit: 's' },
      { name: 'sectors-erased', value: erased, unit: 'count' },
    ],
  };
}

async function erase(
  part: Stm32DfuPart,
  { dfuse }: OpenStm32,
  start: number,
  progress: Written,
): Promise<void> {
  progress.note('Erase');
  part.socket.touched = true;
  await dfuse.erase(start);
}

async function write(
  part: Stm32DfuPart,
  { dfuse }: OpenStm32,
  pieces: readonly Segment[],
  progress: Written,
): Promise<void> {
  part.socket.touched = true;
  for (const { address, bytes } of blocksOf(pieces, dfuse.dfu.transferSize)) {
    progress.note('Write');
    if (!isBlank(bytes)) await dfuse.write(address, bytes);
    progress.skip(bytes.length);
  }
}

/** Progress in bytes of the image; each word of it is a place to stop. */
class Written {
  readonly total: number;
  private readonly context: OperationContext;
  private done = 0;

  constructor(total: number, context: OperationContext) {
    this.total = total;
    this.context = context;
  }

  note(note: string): void {
    stopIfAborted(this.context.signal);
    this.context.progress({ done: this.done, total: this.total, unit: 'B', note });
  }

  /** These bytes stand there now. */
  skip(bytes: number): void {
    this.done += bytes;
    this.context.progress({ done: this.done, total: this.total, unit: 'B', note: 'Write' });
  }
}

export async function verify(
  part: Stm32DfuPart,
  images: ImageSource,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const { dfuse, flash } = await part.open(context.signal);
  const segments = segmentsOf(flash, images, sha256);
  const blocks = blocksOf(segments, dfuse.dfu.transferSize);
  return readBack(blocks, bytesOf(segments), (address, length) => dfuse.read(address, length), context);
}

/** Every sector that is not blank; the mass erase is not used, as its answer gives no time that holds. */
export async function eraseAll(
  part: Stm32DfuPart,
  open: OpenStm32,
  context: OperationContext,
): Promise<void> {
  const sectors = [...sectorsOf(open.flash)];
  for (const [index, { start, end }] of sectors.entries()) {
    stopIfAborted(context.signal);
    context.progress({ done: index, total: sectors.length, unit: 'steps', note: 'Erase' });
    const blank = { address: start, bytes: new Uint8Array(end - start).fill(0xff) };
    if ((await lookAt(open, { start, pieces: [blank] }, context.signal)) === 'same') continue;
    part.socket.touched = true;
    await open.dfuse.erase(start);
  }
}
