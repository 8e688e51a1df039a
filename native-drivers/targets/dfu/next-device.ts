import { DriverError } from '#drivers/core/errors.ts';
import type { UsbLink, UsbPort } from '#drivers/core/link.ts';

/**
 * USB 2.0, section 7.1.7.3: 100 ms until a host sees a device, 10 ms of reset and 10 ms of recovery; the rest is for hubs
 * and for a host that looks at its bus twice a second.
 */
export const RETURN_MS = 5000;

/**
 * The device that comes to the same place on the bus after `old`: the part after a reset, or in its other mode. Rejects
 * with `no-answer` where none comes in that time, and with `cancelled`.
 */
export function nextDevice(
  link: UsbLink,
  old: UsbPort,
  signal: AbortSignal,
  milliseconds = RETURN_MS,
): Promise<UsbPort> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', cancelled);
    };
    const look = (): void => {
      if (link.usb === old) return;
      end();
      resolve(link.usb);
    };
    const cancelled = (): void => {
      end();
      reject(new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason }));
    };
    const late = (): void => {
      end();
      const context = { path: old.path, milliseconds };
      reject(new DriverError('no-answer', 'The device did not come back to the bus.', { context }));
    };
    const timer = setTimeout(late, milliseconds);
    const stop = link.onReturn?.(look) ?? ((): void => undefined);
    signal.addEventListener('abort', cancelled);
    if (signal.aborted) cancelled();
    else look();
  });
}
