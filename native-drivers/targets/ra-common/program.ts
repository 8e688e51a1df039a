import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { MemoryArea, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import { throwIfAborted } from '#drivers/protocols/ra-boot/frame-link.ts';
import type { Range, Transfer } from '#drivers/protocols/ra-boot/memory.ts';
import { eraseRanges, writeRuns } from './layout.ts';
import type { WriteRun } from './layout.ts';

/** The flash of a part that is awake: what its family's commands make of it. */
export interface FlashPort {
  areas: readonly MemoryArea[];
  baudRate: number;
  erase(range: Range, eraseUnit: number): Promise<void>;
  write(address: number, bytes: Uint8Array, writeUnit: number, transfer: Transfer): Promise<void>;
  read(range: Range, transfer: Transfer, take: (bytes: Uint8Array, offset: number) => void): Promise<void>;
  /** Absent, or undefined for a range: the chip offers none, and every byte read back is the only witness. */
  crc32?(range: Range): Promise<number | undefined>;
}

/** What programming changes of what a session knows. */
interface Progressing {
  erased: boolean;
  touched: boolean;
}

/** An erase command covers at most this much, so that a cancel never waits longer than about a second for it. */
const ERASE_SLICE = 0x4_0000;

function runsOf(flash: FlashPort, image: Image): WriteRun[] {
  checkImage(image, flash.areas);
  return writeRuns(image, flash.areas);
}

/** Erases the blocks of the image unless they are known to be blank, then writes its phrases. */
export async function program(
  part: Progressing,
  flash: FlashPort,
  image: Image,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const runs = runsOf(flash, image);
  const total = byteCount(runs);
  context.progress({ done: 0, total, unit: 'B', note: 'Erase' });
  part.touched = true;
  if (!part.erased) await eraseFor(flash, runs, context);
  part.erased = false;
  let before = 0;
  for (const { area, address, bytes } of runs) {
    const progress = (done: number) =>
      context.progress({ done: before + done, total, unit: 'B', note: 'Write' });
    await flash.write(address, bytes, area.writeUnit, { signal: context.signal, progress });
    before += bytes.length;
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: total, seconds, baudRate: flash.baudRate },
    measurements: [{ name: 'program-time', value: seconds, unit: 's' }],
  };
}

async function eraseFor(flash: FlashPort, runs: WriteRun[], context: OperationContext): Promise<void> {
  for (const range of eraseRanges(runs, ERASE_SLICE)) {
    throwIfAborted(context.signal);
    await flash.erase(range, range.area.eraseUnit);
  }
}

/** Chip CRC of every run where there is one, and every byte read back: two independent witnesses. */
export async function verify(
  flash: FlashPort,
  image: Image,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const runs = runsOf(flash, image);
  const total = byteCount(runs);
  const hash = createHash('sha256');
  let crc = 0;
  let before = 0;
  for (const run of runs) {
    await compareCrc(flash, run);
    const progress = (done: number) =>
      context.progress({ done: before + done, total, unit: 'B', note: 'Read back' });
    await flash.read(rangeOf(run), { signal: context.signal, progress }, (bytes, offset) => {
      compareBytes(run, bytes, offset);
      hash.update(bytes);
      crc = crc32(bytes, crc);
    });
    before += run.bytes.length;
  }
  const output = { bytes: total, crc32: crc.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}

async function compareCrc(flash: FlashPort, run: WriteRun): Promise<void> {
  const chip = await flash.crc32?.(rangeOf(run));
  if (chip === undefined) return;
  const own = crc32(run.bytes);
  if (chip !== own) throw mismatch(run.address, { chipCrc: hexWord(chip), imageCrc: hexWord(own) });
}

function compareBytes(run: WriteRun, bytes: Uint8Array, offset: number): void {
  const expected = run.bytes.subarray(offset, offset + bytes.length);
  if (Buffer.compare(bytes, expected) === 0) return;
  const index = bytes.findIndex((byte, at) => byte !== expected[at]);
  throw mismatch(run.address + offset + index, {});
}

function mismatch(address: number, context: Record<string, string>): DriverError {
  return new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: hexWord(address), ...context },
  });
}

function rangeOf({ address, bytes }: WriteRun) {
  return { start: address, end: address + bytes.length - 1 };
}

function byteCount(runs: readonly WriteRun[]): number {
  return runs.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function hexWord(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
