import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import { crc32Of, erase, read, write } from '#drivers/protocols/ra-boot/memory.ts';
import { throwIfAborted } from '#drivers/protocols/ra-boot/frame-link.ts';
import { eraseRanges, writeRuns } from './layout.ts';
import type { WriteRun } from './layout.ts';
import type { Ra8Part, Rom } from './part.ts';

/** An erase command covers at most this much, so that a cancel never waits longer than about a second for it. */
const ERASE_SLICE = 0x4_0000;

async function prepare(part: Ra8Part, rom: Rom, images: ImageSource, sha256: string): Promise<WriteRun[]> {
  const areas = await part.areas(rom);
  const image = images.get(sha256);
  checkImage(image, areas);
  return writeRuns(image, areas);
}

/** Erases the blocks of the image unless they are known to be blank, then writes its phrases. */
export async function program(
  part: Ra8Part,
  images: ImageSource,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const rom = await part.useFastRom(context.signal);
  const runs = await prepare(part, rom, images, sha256);
  const total = byteCount(runs);
  context.progress({ done: 0, total, unit: 'B', note: 'Erase' });
  part.touched = true;
  if (!part.erased) await eraseFor(rom, runs, context);
  part.erased = false;
  let before = 0;
  for (const { area, address, bytes } of runs) {
    const progress = (done: number) =>
      context.progress({ done: before + done, total, unit: 'B', note: 'Write' });
    await write(rom.client, address, bytes, area.writeUnit, { signal: context.signal, progress });
    before += bytes.length;
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: total, seconds, baudRate: rom.client.baudRate },
    measurements: [{ name: 'program-time', value: seconds, unit: 's' }],
  };
}

async function eraseFor(rom: Rom, runs: WriteRun[], context: OperationContext): Promise<void> {
  for (const range of eraseRanges(runs, ERASE_SLICE)) {
    throwIfAborted(context.signal);
    await erase(rom.client, range, range.area.eraseUnit);
  }
}

/** Chip CRC of every run, and every byte read back: two independent witnesses. */
export async function verify(
  part: Ra8Part,
  images: ImageSource,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const rom = await part.useFastRom(context.signal);
  const runs = await prepare(part, rom, images, sha256);
  const total = byteCount(runs);
  const hash = createHash('sha256');
  let crc = 0;
  let before = 0;
  for (const run of runs) {
    await compareCrc(rom, run);
    const progress = (done: number) =>
      context.progress({ done: before + done, total, unit: 'B', note: 'Read back' });
    await read(rom.client, rangeOf(run), { signal: context.signal, progress }, (bytes, offset) => {
      compareBytes(run, bytes, offset);
      hash.update(bytes);
      crc = crc32(bytes, crc);
    });
    before += run.bytes.length;
  }
  const output = { bytes: total, crc32: crc.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}

async function compareCrc(rom: Rom, run: WriteRun): Promise<void> {
  const chip = await crc32Of(rom.client, rangeOf(run));
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
