import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Segment } from '#drivers/core/image.ts';
import type { MemoryArea, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { checkImage } from '#drivers/images/check-image.ts';
import type { GdbRemoteClient } from '#drivers/protocols/gdb-remote/client.ts';
import type { AwakePart, GdbPart } from './part.ts';
import { compare, crcOf, readBack } from './verify.ts';

const ERASED = 0xff;
/** What one checksum is asked for: small enough that a mismatch is found again quickly, large enough to cost no time. */
const CRC_BYTES = 0x4000;
/** One erase at most: what `ERASE_MS` allows for, the largest sector of an STM32F4. */
const MOST_ERASE_BYTES = 0x20000;

/** Whole words: a stub's flash takes no less. */
function wordsOf({ address, bytes }: Segment, unit: number): Segment {
  const before = address % unit;
  const padded = new Uint8Array(Math.ceil((before + bytes.length) / unit) * unit).fill(ERASED);
  padded.set(bytes, before);
  return { address: address - before, bytes: padded };
}

async function segmentsOf(
  part: GdbPart,
  awake: AwakePart,
  images: ImageSource,
  sha256: string,
): Promise<{ segments: Segment[]; areas: MemoryArea[]; total: number }> {
  const areas = await part.areas(awake);
  const image = images.get(sha256);
  checkImage(image, areas, { allowGaps: true });
  const segments = image.segments.map((segment) => wordsOf(segment, areas[0]?.writeUnit ?? 1));
  return { segments, areas, total: segments.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}

export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}

interface Stretch {
  address: number;
  length: number;
}

/**
 * Erase blocks that the image touches, and no others. Neighbours of one region are one question (E.2, `vFlashErase`): a
 * server may reset the part for each, as OpenOCD does.
 */
function stretchesOf(areas: readonly MemoryArea[], segments: readonly Segment[]): Stretch[] {
  return areas.flatMap(({ start, end, eraseUnit }) => {
    const stretches: Stretch[] = [];
    for (let at = start; at <= end; at += eraseUnit) {
      const next = at + eraseUnit;
      if (!segments.some((one) => one.address < next && one.address + one.bytes.length > at)) continue;
      const last = stretches.at(-1);
      const joins = last !== undefined && last.address + last.length === at;
      if (joins && last.length + eraseUnit <= MOST_ERASE_BYTES) last.length += eraseUnit;
      else stretches.push({ address: at, length: eraseUnit });
    }
    return stretches;
  });
}

async function erase(
  client: GdbRemoteClient,
  stretches: readonly Stretch[],
  context: OperationContext,
): Promise<void> {
  for (const [index, { address, length }] of stretches.entries()) {
    stopIfAborted(context.signal);
    context.progress({ done: index, total: stretches.length, unit: 'steps', note: 'Erase' });
    await client.flashErase(address, length);
  }
}

/** Packets of one piece of work, as many under way as the server allows; all are settled before this ends. */
class Pipeline {
  private readonly window: number;
  private readonly running: Promise<unknown>[] = [];

  constructor(window: number) {
    this.window = window;
  }

  async add(work: Promise<unknown>): Promise<void> {
    // Whoever waits for it hears of a failure; until then it is nobody's.
    work.catch(() => undefined);
    this.running.push(work);
    if (this.running.length >= this.window) await this.running.shift();
  }

  async end(): Promise<void> {
    for (let next = this.running.shift(); next !== undefined; next = this.running.shift()) await next;
  }
}

/** Writes go into flash over the server's own flash packets, or, on an emulated board, as plain memory. */
type Write = (
  client: GdbRemoteClient,
  address: number,
  bytes: Uint8Array,
) => { taken: number; done: Promise<void> };

const intoFlash: Write = (client, address, bytes) => client.flashWrite(address, bytes);
const intoMemory: Write = (client, address, bytes) => {
  const taken = Math.min(client.mostWrite, bytes.length);
  return { taken, done: client.writeMemory(address, bytes.subarray(0, taken)) };
};

async function write(
  client: GdbRemoteClient,
  { segments, total }: { segments: readonly Segment[]; total: number },
  put: Write,
  context: OperationContext,
): Promise<void> {
  const pipeline = new Pipeline(client.window);
  let done = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length;) {
      stopIfAborted(context.signal);
      const one = put(client, address + at, bytes.subarray(at));
      await pipeline.add(one.done);
      at += one.taken;
      done += one.taken;
      context.progress({ done, total, unit: 'B', note: 'Write' });
    }
  }
  await pipeline.end();
}

/** True where the server programs flash; false for an emulated board. Rejects with `unsupported` for neither. */
async function hasFlashPackets({ device }: GdbPart, { client, server }: AwakePart): Promise<boolean> {
  if ((await client.memoryMap()).some(({ type }) => type === 'flash')) return true;
  if (device.emulated) return false;
  throw new DriverError('unsupported', 'This debug server offers no flash of the part.', {
    chip: 'untouched',
    context: { server: server.name },
  });
}

/** Erases the blocks of the image unless they are known to be blank, then writes it. */
export async function program(
  part: GdbPart,
  images: ImageSource,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const awake = await part.use(context.signal);
  const image = await segmentsOf(part, awake, images, sha256);
  const { client } = awake;
  const flash = await hasFlashPackets(part, awake);
  stopIfAborted(context.signal);
  part.touched = true;
  if (flash && !part.erased) await erase(client, stretchesOf(image.areas, image.segments), context);
  part.erased = false;
  await write(client, image, flash ? intoFlash : intoMemory, context);
  if (flash) await client.flashDone();
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: image.total, seconds, baudRate: 0 },
    measurements: [{ name: 'program-time', value: seconds, unit: 's' }],
  };
}

/** By the server's own checksum where it has one, by reading every byte back where not. */
export async function verify(
  part: GdbPart,
  images: ImageSource,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const awake = await part.use(context.signal);
  const { segments, total } = await segmentsOf(part, awake, images, sha256);
  const { client } = awake;
  const hash = createHash('sha256');
  let sum = 0;
  let done = 0;
  let asks = true;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length; at += CRC_BYTES) {
      stopIfAborted(context.signal);
      const expected = bytes.subarray(at, at + CRC_BYTES);
      const told: number | null = asks ? await client.crc(address + at, expected.length) : null;
      asks = told !== null;
      if (told !== crcOf(expected))
        compare(
          address + at,
          expected,
          await readBack(client, address + at, expected.length, context.signal),
        );
      hash.update(expected);
      sum = crc32(expected, sum);
      done += expected.length;
      context.progress({ done, total, unit: 'B', note: 'Read back' });
    }
  }
  const output = { bytes: total, crc32: sum.toString(16).padStart(8, '0'), sha256: hash.digest('hex') };
  return { output, measurements: [{ name: 'verified', value: total, unit: 'B' }] };
}
