import { DriverError } from './errors.ts';

/**
 * A link that broke says nothing of the chip, but a session knows whether it changed the part: `untouched` or
 * `not-locked` then. An error that knows better is left as it is, and so is one that only a read-back settles
 * (`outcome-unknown`, or `unsure`: the family's own cases).
 */
export function withChipState(error: unknown, touched: boolean, unsure = false): unknown {
  if (!(error instanceof DriverError) || error.chip !== 'unknown') return error;
  if (error.code === 'outcome-unknown' || unsure) return error;
  const chip = touched ? 'not-locked' : 'untouched';
  return new DriverError(error.code, error.message, { chip, context: error.context, cause: error.cause });
}
