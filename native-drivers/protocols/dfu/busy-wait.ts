import type { UsbPort } from '#drivers/core/link.ts';

/**
 * Waits as long as the device said that it is busy, never less: a timer counts from when the event loop last looked at
 * the clock. A device that leaves the bus ends the wait with its error.
 */
export function busyWait(usb: UsbPort, milliseconds: number): Promise<void> {
  if (milliseconds === 0) return Promise.resolve();
  const due = performance.now() + milliseconds;
  return new Promise((resolve, reject) => {
    let immediate: NodeJS.Immediate | undefined;
    const look = (): void => {
      if (performance.now() < due) {
        immediate = setImmediate(look);
        return;
      }
      stop();
      resolve();
    };
    const timer = setTimeout(look, milliseconds);
    const stop = usb.onGone((error) => {
      clearTimeout(timer);
      clearImmediate(immediate);
      reject(error);
    });
  });
}
