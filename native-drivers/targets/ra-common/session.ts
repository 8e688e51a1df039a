import type { TargetSession } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { ChipState } from '#drivers/core/errors.ts';
import { runOperation, type OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationName } from '#drivers/core/operations.ts';

/** What a session knows of its part when a step fails. */
interface SessionPart {
  readonly touched: boolean;
  readonly expectsLock: boolean;
  drop(): void;
  /** The session ends: secrets and listeners go with it. */
  close?(): void;
}

/** `locking`: operations after whose failure only a read-back tells whether the part is locked. */
export function sessionOf(
  part: SessionPart,
  operations: OperationTable,
  locking: readonly OperationName[],
): TargetSession {
  return {
    run: async (operation, input, context) => {
      try {
        return await runOperation(operations, operation, input, context);
      } catch (error) {
        // Whatever was interrupted, the next step starts from a reset.
        part.drop();
        throw withChipState(error, part, locking.includes(operation));
      }
    },
    close: () => {
      part.drop();
      part.close?.();
      return Promise.resolve();
    },
  };
}

/** A link that broke in a write says nothing of the chip, but this session knows that it never began to lock it. */
function withChipState(error: unknown, part: SessionPart, locks: boolean): unknown {
  if (!(error instanceof DriverError) || error.chip !== 'unknown') return error;
  if (error.code === 'outcome-unknown' || locks || part.expectsLock) return error;
  const chip: ChipState = part.touched ? 'not-locked' : 'untouched';
  return new DriverError(error.code, error.message, { chip, context: error.context, cause: error.cause });
}
