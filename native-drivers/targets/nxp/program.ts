import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Segment } from '#drivers/core/image.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import { STATUS } from '#drivers/protocols/nxp-boot/constants.ts';
import { PAGE, type NxpFamily } from './families.ts';
import type { NxpPart } from './part.ts';

/** Bytes of one read command: short enough to stop between two. */
const READ_BYTES = 16 * 1024;

interface Parts {
  part: NxpPart;
  family: NxpFamily;
  images: ImageSource;
}

/** Whole pages; pages that touch are one run. What a page has no byte for is 00, which is what this flash is erased to. */
function runsOf({ family, images }: Parts, sha256: string): Segment[] {
  const image = images.get(sha256);
  checkImage(image, family.areas, { allowGaps: true });
  const runs: Segment[] = [];
  for (const { address, bytes } of image.segments) {
    const start = address - (address % PAGE);
    const end = Math.ceil((address + bytes.length) / PAGE) * PAGE;
    const last = runs.at(-1);
    const touches = last !== undefined && start <= last.address + last.bytes.length;
    const run = touches ? grown(last, end) : { address: start, bytes: new Uint8Array(end - start) };
    run.bytes.set(bytes, address - run.address);
    if (touches) runs.pop();
    runs.push(run);
  }
  return runs;
}

function grown({ address, bytes }: Segment, end: number): Segment {
  const longer = new Uint8Array(Math.max(bytes.length, end - address));
  longer.set(bytes);
  return { address, bytes: longer };
}

const bytesOf = (runs: readonly Segment[]): number => runs.reduce((sum, { bytes }) => sum + bytes.length, 0);

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}

/** Erases the pages of the image unless they are known to be blank, then writes them, one command for each run. */
export async function program(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const { part } = parts;
  const runs = runsOf(parts, sha256);
  const client = await part.use(context.signal);
  const total = bytesOf(runs);
  const { signal } = context;
  if (!part.erased)
    for (const [index, { address, bytes }] of runs.entries()) {
      stopIfAborted(signal);
      context.progress({ done: index, total: runs.length, unit: 'steps', note: 'Erase' });
      part.touched = true;
      await client.eraseRegion(address, bytes.length);
    }
  part.erased = false;
  let before = 0;
  for (const { address, bytes } of runs) {
    stopIfAborted(signal);
    part.touched = true;
    const progress = (done: number) =>
      context.progress({ done: before + done, total, unit: 'B', note: 'Write' });
    await client.write(address, bytes, { signal, progress });
    before += bytes.length;
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
  const runs = runsOf(parts, sha256);
  const client = await parts.part.use(context.signal);
  const total = bytesOf(runs);
  const hash = createHash('sha256');
  let crc = 0;
  let done = 0;
  for (const { address, bytes } of runs) {
    for (let at = 0; at < bytes.length; at += READ_BYTES) {
      stopIfAborted(context.signal);
      const expected = bytes.subarray(at, at + READ_BYTES);
      const read = await client.read(address + at, expected.length).catch(blankIsMismatch(address + at));
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

const mismatch = (address: number, cause?: unknown): DriverError =>
  new DriverError('verify-mismatch', 'The chip holds other bytes than were written.', {
    chip: 'not-locked',
    context: { address: `0x${address.toString(16).padStart(8, '0')}` },
    cause,
  });

/** A page that nothing was written to cannot be read at all. */
const blankIsMismatch =
  (address: number) =>
  (error: unknown): never => {
    const blank = error instanceof DriverError && error.context['status'] === STATUS.blankPageRead;
    throw blank ? mismatch(address, error) : error;
  };

function compare(address: number, expected: Uint8Array, read: Uint8Array): void {
  const index = expected.findIndex((byte, at) => byte !== read[at]);
  if (index >= 0) throw mismatch(address + index);
}
