import { DriverError } from './errors.ts';
import type { OperationContext, OperationInput, OperationName, OperationResult } from './operations.ts';

/** What a family can do; what it leaves out it cannot. */
export type OperationTable = {
  [K in OperationName]?: (input: OperationInput<K>, context: OperationContext) => Promise<OperationResult<K>>;
};

/** Runs one operation of the table. Rejects with `unsupported` for one that is not in it: nothing was sent. */
export async function runOperation<K extends OperationName>(
  table: OperationTable,
  operation: K,
  input: OperationInput<K>,
  context: OperationContext,
): Promise<OperationResult<K>> {
  const run: OperationTable[K] = table[operation];
  if (run !== undefined) return run(input, context);
  throw new DriverError('unsupported', 'This target cannot do that.', {
    chip: 'untouched',
    context: { operation },
  });
}
