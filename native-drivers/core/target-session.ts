import { withChipState } from './chip-state.ts';
import type { TargetSession } from './driver.ts';
import { DriverError, type DriverErrorCode } from './errors.ts';
import { runOperation, type OperationTable } from './operation-table.ts';
import type { OperationName } from './operations.ts';

/** The part as a session knows it. */
export interface SessionPart {
  /** Something was written since it was identified. */
  readonly touched: boolean;
  /** Gives the conversation up: the next operation begins a new one, mostly by a reset. */
  drop(): void;
}

/** Where a family differs from the rest. */
export interface SessionRules {
  /** After this failure the conversation stands as it did. Left out: it is given up after any. */
  goesOn?: (error: DriverError) => boolean;
  /** After this failure only a read-back tells whether the part is locked. Left out: never. */
  unsure?: (operation: OperationName, error: unknown) => boolean;
  /** Ends the session. Left out: the conversation is given up, no more. */
  close?: () => Promise<void> | void;
}

/** Nothing was sent, or the part answered in full. */
const ANSWERED: readonly DriverErrorCode[] = [
  'unsupported',
  'bad-argument',
  'wrong-state',
  'device-error',
  'verify-mismatch',
  'cancelled',
];

/** A rule of `goesOn` for families that stand as they did where nothing was sent or all was answered; `more`: their own such codes. */
export const goesOnAfter =
  (...more: readonly DriverErrorCode[]) =>
  ({ code }: DriverError): boolean =>
    ANSWERED.includes(code) || more.includes(code);

/** A session that runs the operations of a family; what fails is told with what is known of the part. */
export function targetSession(
  part: SessionPart,
  operations: OperationTable,
  { goesOn, unsure, close = () => part.drop() }: SessionRules = {},
): TargetSession {
  return {
    run: async (operation, input, context) => {
      try {
        return await runOperation(operations, operation, input, context);
      } catch (error) {
        if (!(error instanceof DriverError) || goesOn?.(error) !== true) part.drop();
        throw withChipState(error, part.touched, unsure?.(operation, error) === true);
      }
    },
    close: async () => close(),
  };
}
