import { DriverError } from '#drivers/core/errors.ts';
import { STATE_NAMES, STATUS_NAMES } from './constants.ts';

/** Bytes of a device or a file that are not what the document says: `bad-frame`, with the place in `context`. */
export function formError(what: string, problem: string, context: Record<string, number | string> = {}) {
  return new DriverError('bad-frame', `${what}: ${problem}`, { context: { what, ...context } });
}

/** `errTARGET`; a number that the document does not have, as a number. */
export const statusName = (status: number): string => STATUS_NAMES[status] ?? `status ${status}`;
export const stateName = (state: number): string => STATE_NAMES[state] ?? `state ${state}`;
