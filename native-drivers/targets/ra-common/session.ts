import type { TargetSession } from '#drivers/core/driver.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationName } from '#drivers/core/operations.ts';
import { targetSession, type SessionPart } from '#drivers/core/target-session.ts';

/** What a session knows of its part when a step fails. */
interface RaPart extends SessionPart {
  readonly expectsLock: boolean;
  /** The session ends: secrets and listeners go with it. */
  close?(): void;
}

/** `locking`: operations after whose failure only a read-back tells whether the part is locked. */
export function sessionOf(
  part: RaPart,
  operations: OperationTable,
  locking: readonly OperationName[],
): TargetSession {
  return targetSession(part, operations, {
    unsure: (operation) => locking.includes(operation) || part.expectsLock,
    close: () => {
      part.drop();
      part.close?.();
    },
  });
}
