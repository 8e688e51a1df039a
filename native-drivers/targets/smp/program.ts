import { crc32 } from 'node:zlib';
import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { readImages, type SlotState } from '#drivers/protocols/smp/image-group.ts';
import { uploadImage } from '#drivers/protocols/smp/upload.ts';
import type { Awake } from './awake.ts';
import { smpImage, type SmpImage } from './image.ts';
import { LIST } from './lifecycle.ts';
import type { SmpTarget } from './part.ts';

/** Of an erase that comes before the first answer: 4 KiB pages of 100 ms, of a slot of 1 MiB where none is told. */
const ERASE_MS_PER_BYTE = 100 / 4096;
const UNTOLD_SLOT_BYTES = 1024 * 1024;
/** A page erase and a buffer of writes between two answers, and what an adapter and a busy station take. */
const WRITE_MS = 800;

interface Parts {
  part: SmpTarget;
  images: ImageSource;
}

/** Recovery writes the slot that starts; an application the other one. */
const slotOf = ({ way }: Awake): 0 | 1 => (way === 'recovery' ? 0 : 1);

/** Uploads the image unless the slot holds it already. The target lists only what holds: its list is the read-back. */
export async function program(
  { part, images }: Parts,
  name: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const image = smpImage(images.get(name));
  const { signal } = context;
  const awake = await part.use(signal);
  checkSlot(awake, image);
  const before = await readImages(awake.client, { ...LIST, signal });
  if (!holds(find(before, slotOf(awake)), image)) {
    await send(part, awake, image, context);
    await check(awake, image, signal);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: image.bytes.length, seconds, baudRate: awake.client.baudRate },
    measurements: [{ name: 'program-time', value: seconds, unit: 's' }],
  };
}

async function send(
  part: SmpTarget,
  awake: Awake,
  image: SmpImage,
  context: OperationContext,
): Promise<void> {
  const { bytes, sha256 } = image;
  const { client, bufferBytes, window, slots } = awake;
  const slot = slots.find((one) => one.slot === slotOf(awake));
  const progress = (done: number): void =>
    context.progress({ done, total: bytes.length, unit: 'B', note: 'Write' });
  if (context.signal.aborted)
    throw new DriverError('cancelled', 'The operation was cancelled.', { cause: context.signal.reason });
  part.touched = true;
  await uploadImage(client, {
    ...{ bytes, sha256, bufferBytes, window, image: slot?.uploadId ?? null },
    eraseMs: (slot?.bytes ?? UNTOLD_SLOT_BYTES) * ERASE_MS_PER_BYTE,
    ...{ writeMs: WRITE_MS, signal: context.signal, progress },
  });
}

/** An older boot loader shows no hashes: that it lists the image says that the image holds. */
async function check(awake: Awake, image: SmpImage, signal: AbortSignal): Promise<void> {
  const found = find(await readImages(awake.client, { ...LIST, signal }), slotOf(awake));
  if (found?.hash === null && found.version === image.version) return;
  if (!holds(found, image)) throw mismatch(image, found);
}

function checkSlot(awake: Awake, { bytes, bootable }: SmpImage): void {
  if (!bootable)
    throw new DriverError('image-format', 'The image says that it cannot be started.', {
      chip: 'untouched',
      context: { reason: 'not-bootable' },
    });
  const most = awake.slots.find(({ slot }) => slot === slotOf(awake))?.bytes ?? Infinity;
  if (bytes.length <= most) return;
  throw new DriverError('image-range', 'The image is larger than its slot.', {
    chip: 'untouched',
    context: { imageBytes: bytes.length, slotBytes: most },
  });
}

/** By the hash that the target shows: of the slot written to or, once that was swapped, of the one that runs. */
export async function verify(
  { part, images }: Parts,
  name: string,
  { signal }: OperationContext,
): Promise<OperationResult<'verify'>> {
  const image = smpImage(images.get(name));
  const awake = await part.use(signal);
  const listed = await readImages(awake.client, { ...LIST, signal });
  const running = find(listed, 0);
  const found = holds(running, image) ? running : find(listed, slotOf(awake));
  if (found?.hash === null)
    throw new DriverError('unsupported', 'This boot loader shows no hashes: the image cannot be compared.', {
      chip: 'not-locked',
      context: { version: found.version },
    });
  if (!holds(found, image)) throw mismatch(image, found);
  const hashed = image.bytes.subarray(0, image.hashedBytes);
  return {
    output: {
      bytes: hashed.length,
      crc32: crc32(hashed).toString(16).padStart(8, '0'),
      sha256: hex(image.hash),
    },
    measurements: [{ name: 'verified', value: hashed.length, unit: 'B' }],
  };
}

const find = (images: readonly SlotState[], slot: number): SlotState | undefined =>
  images.find((one) => one.slot === slot);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const holds = (found: SlotState | undefined, { hash }: SmpImage): boolean =>
  found !== undefined && found.hash !== null && Buffer.compare(found.hash, hash) === 0;
const mismatch = ({ hash }: SmpImage, found: SlotState | undefined): DriverError =>
  new DriverError('verify-mismatch', 'The slot does not hold the image that was sent.', {
    chip: 'not-locked',
    context: {
      expected: hex(hash),
      found: found?.hash === null ? found.version : hex(found?.hash ?? new Uint8Array(0)),
    },
  });
