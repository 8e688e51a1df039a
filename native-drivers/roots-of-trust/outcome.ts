import { DriverError, type DriverErrorCode } from '#drivers/core/errors.ts';

const lost: readonly DriverErrorCode[] = ['no-answer', 'port-gone', 'bad-checksum', 'bad-frame', 'cancelled'];

/** True where the command may have been carried out although no answer says so. */
export const isLostAnswer = (error: unknown): boolean =>
  error instanceof DriverError && lost.includes(error.code);

/** A lost answer to a command that changes the part becomes `outcome-unknown`; a refusal stays what it is. */
export function outcomeOf(error: unknown): unknown {
  if (!(error instanceof DriverError) || !isLostAnswer(error)) return error;
  return new DriverError('outcome-unknown', 'The link broke after a command that cannot be undone.', {
    chip: 'unknown',
    context: { ...error.context, lost: error.code },
    cause: error,
  });
}

/** Before the command goes out a cancellation is still only that. */
export function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DriverError('cancelled', 'Cancelled.', { chip: 'not-locked', cause: signal.reason });
}
