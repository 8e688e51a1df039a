import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Segment } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import type { Stm32BootClient } from '#drivers/protocols/stm32-boot/client.ts';
import { MAX_BLOCK } from '#drivers/protocols/stm32-boot/constants.ts';
import type { Stm32Family, Stm32Part } from './part.ts';

const ERASED = 0xff;
/** Words of four bytes (AN3155, 3.6: length and address a multiple of four). */
const WORD = 4;
const FLASH_START = 0x08000000;
/** Sectors of one command: between two, a person may stop it. */
const ERASED_AT_ONCE = 4;

interface Parts {
  part: Stm32Part;
  family: Stm32Family;
  images: ImageSource;
}

/** Segments padded with FF to whole words. */
function wordsOf({ address, bytes }: Segment): Segment {
  const before = address % WORD;
  const length = Math.ceil((before + bytes.length) / WORD) * WORD;
  const padded = new Uint8Array(length).fill(ERASED);
  padded.set(bytes, before);
  return { address: address - before, bytes: padded };
}

function segmentsOf({ family, images }: Parts, sha256: string): Segment[] {
  const image = images.get(sha256);
  checkImage(image, family.areas, { allowGaps: true });
  return image.segments.map(wordsOf);
}

const bytesOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** The sectors that the image touches and no others. */
function sectorsOf({ sectors }: Stm32Family, segments: readonly Segment[]): number[] {
  let start = FLASH_START;
  return sectors.flatMap((bytes, sector) => {
    const from = start;
    start += bytes;
    const touched = segments.some((one) => one.address < start && one.address + one.bytes.length > from);
    return touched ? [sector] : [];
  });
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}

async function erase(
  client: Stm32BootClient,
  sectors: readonly number[],
  context: OperationContext,
): Promise<void> {
  for (let done = 0; done < sectors.length; done += ERASED_AT_ONCE) {
    stopIfAborted(context.signal);
    context.progress({ done, total: sectors.length, unit: 'steps', note: 'Erase' });
    await client.erasePages(sectors.slice(done, done + ERASED_AT_ONCE));
  }
}

/** A block of FF is what erased flash reads: not written. */
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === ERASED);

/** Erases the sectors of the image unless they are known to be blank, then writes its blocks. */
export async function program(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const { part, family } = parts;
  const client = await part.use(context.signal);
  const segments = segmentsOf(parts, sha256);
  const total = bytesOf(segments);
  part.touched = true;
  if (!part.erased) await erase(client, sectorsOf(family, segments), context);
  part.erased = false;
  let done = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length; at += MAX_BLOCK) {
      stopIfAborted(context.signal);
      const block = bytes.subarray(at, at + MAX_BLOCK);
      if (!isBlank(block)) await client.write(address + at, block);
      done += block.length;
      context.progress({ done, total, unit: 'B', note: 'Write' });
    }
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: total, seconds, baudRate: client.baudRate },
    measurements: [{ name: 'program-time', value: seconds, unit: 's' }],
  };
}

/** Every byte read back: this boot loader has no digest. */
export async function verify(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const client = await parts.part.use(context.signal);
  const segments = segmentsOf(parts, sha256);
  const total = bytesOf(segments);
  const hash = createHash('sha256');
  let crc = 0;
  let done = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length; at += MAX_BLOCK) {
      stopIfAborted(context.signal);
      const expected = bytes.subarray(at, at + MAX_BLOCK);
      const read = await client.read(address + at, expected.length);
      compare(address + at, expected, read);
      hash.update(read);
      crc = crc32(read, crc);
      done += read.length;
      context.progress({ done, total, unit: 'B', note: 'Read back' });
    }
  }
  const output = { bytes: total, crc32: crc.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}

function compare(address: number, expected: Uint8Array, read: Uint8Array): void {
  const index = expected.findIndex((byte, at) => byte !== read[at]);
  if (index < 0) return;
  throw new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: `0x${(address + index).toString(16).padStart(8, '0')}` },
  });
}
