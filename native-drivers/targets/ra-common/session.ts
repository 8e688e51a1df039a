import { withChipState } from '#drivers/core/chip-state.ts';
import type { TargetSession } from '#drivers/core/driver.ts';
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
        throw withChipState(error, part.touched, locking.includes(operation) || part.expectsLock);
      }
    },
    close: () => {
      part.drop();
      part.close?.();
      return Promise.resolve();
    },
  };
}
