import { DriverError } from '#drivers/core/errors.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { RETURN_MS } from './next-device.ts';

/** Resolves when the device leaves the bus: the proof that it was reset. Rejects with `no-answer` where it stays. */
export function leftTheBus(usb: UsbPort, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', cancelled);
      settle();
    };
    const cancelled = (): void => {
      const error = new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
      end(() => reject(error));
    };
    const stays = new DriverError('no-answer', 'The device was told to leave and stays on the bus.');
    const timer = setTimeout(() => end(() => reject(stays)), RETURN_MS);
    const stop = usb.onGone(() => end(resolve));
    signal.addEventListener('abort', cancelled);
  });
}
