import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image, Segment } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import type { DebugAccess } from '#drivers/protocols/cmsis-dap/debug-access.ts';
import { areasOf, ERASED, FLASH_START, type Stm32f0Device } from './device.ts';
import type { FlashHost } from './flash-host.ts';
import type { Stm32f0Part } from './part.ts';

const WORD = 4;

export interface Parts {
  part: Stm32f0Part;
  device: Stm32f0Device;
  images: ImageSource;
}

function imageOf({ device, images }: Parts, sha256: string, flashBytes: number): Image {
  const image = images.get(sha256);
  checkImage(image, areasOf(device, flashBytes), { allowGaps: true });
  return image;
}

/** Whole pages with all that the image has for them; the rest reads as erased. */
function pagesOf(image: Image, pageBytes: number): Segment[] {
  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of image.segments) {
    for (let at = 0; at < bytes.length;) {
      const offset = (address + at) % pageBytes;
      const start = address + at - offset;
      const page = pages.get(start) ?? new Uint8Array(pageBytes).fill(ERASED);
      pages.set(start, page);
      const piece = bytes.subarray(at, at + pageBytes - offset);
      page.set(piece, offset);
      at += piece.length;
    }
  }
  return [...pages].map(([address, bytes]) => ({ address, bytes })).sort((a, b) => a.address - b.address);
}

/** Neighbours among blocks of one length, as runs. */
function runsOf(blocks: readonly Segment[]): Segment[][] {
  const runs: Segment[][] = [];
  for (const block of blocks) {
    const last = runs.at(-1)?.at(-1);
    const follows = last !== undefined && last.address + last.bytes.length === block.address;
    if (follows && last.bytes.length === block.bytes.length) runs.at(-1)?.push(block);
    else runs.push([block]);
  }
  return runs;
}

/** CRC-32 of each block as the part holds it. */
async function checksumsOf(
  flash: FlashHost,
  blocks: readonly Segment[],
  signal: AbortSignal,
): Promise<number[]> {
  const found: number[] = [];
  for (const run of runsOf(blocks)) {
    const [first] = run;
    if (first === undefined) continue;
    found.push(...(await flash.checksums(first.address, first.bytes.length, run.length, signal)));
  }
  return found;
}

interface Plan {
  page: Segment;
  erase: boolean;
}

/** Pages that differ from what the part holds, and whether they must be erased first. */
async function planOf(
  flash: FlashHost,
  pages: readonly Segment[],
  pageBytes: number,
  signal: AbortSignal,
): Promise<Plan[]> {
  const blank = crc32(new Uint8Array(pageBytes).fill(ERASED));
  const found = await checksumsOf(flash, pages, signal);
  return pages.flatMap((page, index) =>
    found[index] === crc32(page.bytes) ? [] : [{ page, erase: found[index] !== blank }],
  );
}

/** Erases and writes the pages that change; while one is programmed the next is on its way into RAM. */
export async function program(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const { part, device } = parts;
  const { flash, flashBytes } = await part.use(context.signal);
  const image = imageOf(parts, sha256, flashBytes);
  const pages = pagesOf(image, device.pageBytes);
  const plan = await planOf(flash, pages, device.pageBytes, context.signal);
  if (plan.length > 0) part.touched = true;
  // All at once takes as long as one page: where every page is written anyway, nothing is lost by it.
  const every = plan.length === flashBytes / device.pageBytes;
  const all = every && plan.filter(({ erase }) => erase).length > 1;
  if (all) await flash.eraseAll(context.signal);
  await write(flash, plan, all, context);
  const seconds = (performance.now() - started) / 1000;
  const bytes = pages.length * device.pageBytes;
  return {
    output: { bytes, seconds, baudRate: device.swdHz },
    measurements: [
      { name: 'program-time', value: seconds, unit: 's' },
      { name: 'pages-changed', value: plan.length, unit: 'count' },
    ],
  };
}

async function write(
  flash: FlashHost,
  plan: readonly Plan[],
  erased: boolean,
  context: OperationContext,
): Promise<void> {
  const { signal } = context;
  const total = plan.reduce((sum, { page }) => sum + page.bytes.length, 0);
  let done = 0;
  for (const { page, erase } of plan) {
    if (erase && !erased) await flash.erasePage(page.address, signal);
    await flash.program(page.address, page.bytes, signal);
    done += page.bytes.length;
    context.progress({ done, total, unit: 'B', note: 'Write' });
  }
  await flash.done(signal);
}

/** What the image has in whole words, no block longer than a page nor over its end; FF beside it in its first and last word. */
function blocksOf(image: Image, pageBytes: number): Segment[] {
  return image.segments.flatMap(({ address, bytes }) => {
    const before = address % WORD;
    const padded = new Uint8Array(Math.ceil((before + bytes.length) / WORD) * WORD).fill(ERASED);
    padded.set(bytes, before);
    const start = address - before;
    const blocks: Segment[] = [];
    for (let at = 0; at < padded.length;) {
      const length = Math.min(pageBytes - ((start + at) % pageBytes), padded.length - at);
      blocks.push({ address: start + at, bytes: padded.subarray(at, at + length) });
      at += length;
    }
    return blocks;
  });
}

/** The part makes a CRC-32 of each page itself; where one differs the page is read and the first wrong byte named. */
export async function verify(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const { flash, access, flashBytes } = await parts.part.use(context.signal);
  const blocks = blocksOf(imageOf(parts, sha256, flashBytes), parts.device.pageBytes);
  const found = await checksumsOf(flash, blocks, context.signal);
  const hash = createHash('sha256');
  let [crc, total] = [0, 0];
  for (const [index, { address, bytes }] of blocks.entries()) {
    if (found[index] !== crc32(bytes)) throw await mismatch(access, { address, bytes });
    hash.update(bytes);
    crc = crc32(bytes, crc);
    total += bytes.length;
  }
  context.progress({ done: total, total, unit: 'B', note: 'Compare' });
  const output = { bytes: total, crc32: crc.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}

async function mismatch(access: DebugAccess, { address, bytes }: Segment): Promise<DriverError> {
  const read = await access.readBytes(address, bytes.length);
  const index = Math.max(
    0,
    bytes.findIndex((byte, at) => byte !== read[at]),
  );
  return new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: `0x${(address + index).toString(16).padStart(8, '0')}` },
  });
}

/** The part's own CRC says that nothing is written in all of its flash. */
export async function isBlank(
  flash: FlashHost,
  { pageBytes }: Stm32f0Device,
  flashBytes: number,
  signal: AbortSignal,
): Promise<boolean> {
  const blank = crc32(new Uint8Array(pageBytes).fill(ERASED));
  const found = await flash.checksums(FLASH_START, pageBytes, flashBytes / pageBytes, signal);
  return found.every((one) => one === blank);
}
