import { DriverError } from '#drivers/core/errors.ts';

/** Between two blocks. */
export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}
