import { createHash } from 'node:crypto';
import type { AnyTargetDriver, TargetSession } from '#drivers/core/driver.ts';
import type { Image } from '#drivers/core/image.ts';
import type { ControlLines } from '#drivers/core/link.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openUsb } from '#drivers/transports/usb/open-usb.ts';

/**
 * From the closed port to the last byte programmed: what a person waits for, and what a peer's run has in it too. Resolves
 * with its tidying-up.
 */
export async function programOnce(
  driver: AnyTargetDriver,
  path: string,
  control: ControlLines,
  image: Image,
): Promise<() => Promise<void>> {
  const open = await openOn(driver, path, control, image);
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const { session } = open;
  await session.run('identify', { target: driver.id }, context);
  await session.run('program', { image: image.sha256 }, context);
  return async () => {
    await session.close();
    await open.close();
  };
}

/** The port as the driver reaches its part: a serial port, or a USB device. */
async function openOn(
  driver: AnyTargetDriver,
  path: string,
  control: ControlLines,
  image: Image,
): Promise<{ session: TargetSession; close(): Promise<void> }> {
  const images = { get: () => image };
  if (driver.reach === 'usb') {
    const usb = await openUsb(path);
    return { session: driver.open({ usb, control }, images), close: () => usb.close() };
  }
  if (driver.reach === 'tool') throw new RangeError(`${driver.id} is reached by its own tool`);
  const transport = await openSerial(path, 9600, driver.parity);
  return { session: driver.open({ transport, control }, images), close: () => transport.close() };
}

export function imageOf(bytes: Uint8Array, address: number): Image {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, format: 'binary', segments: [{ address, bytes }], entryPoint: null };
}
