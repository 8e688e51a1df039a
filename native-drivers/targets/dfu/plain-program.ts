import type { ImageSource } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbDevice } from '#drivers/core/link.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { DfuClient } from '#drivers/protocols/dfu/client.ts';
import { DFUSE_VERSION, LAST_BLOCK, STATE } from '#drivers/protocols/dfu/constants.ts';
import { readSuffix, suits } from '#drivers/protocols/dfu/suffix.ts';
import { blocksOf } from './pieces.ts';
import { readBack } from './readback.ts';
import { unlessGone, type DfuSocket } from './socket.ts';
import { FULL_SPEED } from './stm32-program.ts';
import { stopIfAborted } from './stop.ts';

interface Parts {
  socket: DfuSocket;
  images: ImageSource;
}

/** The file without its suffix. Refused where the suffix names another device, or the image has gaps: blocks have no address. */
function firmwareOf({ images }: Parts, sha256: string, devices: readonly UsbDevice[]): Uint8Array {
  const { segments } = images.get(sha256);
  const [first, ...others] = segments;
  if (first === undefined || others.length > 0)
    throw refused('image-range', 'This device takes one piece of firmware without gaps.', {
      pieces: segments.length,
    });
  const suffix = readSuffix(first.bytes);
  if (suffix === null) return first.bytes;
  if (suffix.version === DFUSE_VERSION)
    throw refused('image-format', 'The file is made for the boot loader of an STM32.', {});
  if (!devices.some((device) => suits(suffix, device)))
    throw refused('wrong-chip', 'The file says that it is for another device.', {
      ...{ vendorId: suffix.vendorId, productId: suffix.productId },
    });
  return first.bytes.subarray(0, first.bytes.length - suffix.length);
}

const refused = (
  code: 'image-range' | 'image-format' | 'wrong-chip',
  text: string,
  context: Record<string, number>,
): DriverError => new DriverError(code, text, { chip: 'untouched', context });

/** The part in DFU mode, and the firmware, once the file is found to be for it in one of its two modes. */
async function ready(parts: Parts, sha256: string, signal: AbortSignal) {
  const { client } = await parts.socket.look(signal);
  const dfu = await parts.socket.use(signal);
  return { dfu, firmware: firmwareOf(parts, sha256, [client.usb.device, dfu.usb.device]) };
}

/** Blocks in order from 0, then one of no bytes: manifestation (DFU 1.1, sections 6.1 and 7). */
export async function program(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  const started = performance.now();
  const { dfu, firmware } = await ready(parts, sha256, context.signal);
  const blocks = Math.ceil(firmware.length / dfu.transferSize);
  if (!dfu.face.functional.canDownload || blocks > LAST_BLOCK)
    throw new DriverError('unsupported', 'The device does not take this firmware.', { chip: 'untouched' });
  await dfu.toIdle();
  await download(parts, dfu, firmware, context);
  await manifest(parts, dfu, blocks, context);
  const seconds = (performance.now() - started) / 1000;
  return {
    output: { bytes: firmware.length, seconds, baudRate: FULL_SPEED },
    measurements: [{ name: 'program-time', value: seconds, unit: 's' }],
  };
}

async function download(
  { socket }: Parts,
  dfu: DfuClient,
  firmware: Uint8Array,
  context: OperationContext,
): Promise<void> {
  const total = firmware.length;
  let number = 0;
  for (const { address, bytes } of blocksOf([{ address: 0, bytes: firmware }], dfu.transferSize)) {
    stopIfAborted(context.signal);
    context.progress({ done: address, total, unit: 'B', note: 'Write' });
    socket.touched = true;
    await dfu.download(number, bytes);
    number += 1;
  }
}

/** A device that is not tolerant waits for a reset then and comes back with its new program, or in its boot loader. */
async function manifest(
  { socket }: Parts,
  dfu: DfuClient,
  blocks: number,
  context: OperationContext,
): Promise<void> {
  context.progress({ done: 0, total: 0, unit: 'steps', note: 'Manifestation' });
  await dfu.send(blocks, new Uint8Array(0));
  const after = await dfu.done({ block: blocks });
  if (after.state === STATE.idle) return;
  await dfu.usb.device.reset().catch(unlessGone);
  await socket.returned(dfu.usb, context.signal);
}

/** Read back in DFU mode, block by block; what the device holds beyond the firmware is its own affair. */
export async function verify(
  parts: Parts,
  sha256: string,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  const { dfu, firmware } = await ready(parts, sha256, context.signal);
  if (!dfu.face.functional.canUpload)
    throw new DriverError('unsupported', 'The device does not let its firmware be read.', {
      chip: parts.socket.touched ? 'not-locked' : 'untouched',
    });
  await dfu.toIdle();
  let number = 0;
  // Always whole blocks: a short one would end the upload early.
  const read = async (_address: number, length: number): Promise<Uint8Array> =>
    (await dfu.upload(number++, dfu.transferSize)).subarray(0, length);
  const blocks = blocksOf([{ address: 0, bytes: firmware }], dfu.transferSize);
  const result = await readBack(blocks, firmware.length, read, context);
  await dfu.toIdle();
  return result;
}
