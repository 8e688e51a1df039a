import type { UsbPort } from '#drivers/core/link.ts';

/** Waits as long as the device said that it is busy; a device that leaves the bus ends the wait with its error. */
export function busyWait(usb: UsbPort, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, milliseconds);
    const stop = usb.onGone((error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
