import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import type { FlashPort } from './program.ts';

/** Bytes as the chip shows them; the chip refuses what it does not. */
export async function readMemory(
  flash: FlashPort,
  { address, length }: OperationInput<'read-memory'>,
  context: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  const bytes = new Uint8Array(length);
  const transfer = {
    signal: context.signal,
    progress: (done: number) => context.progress({ done, total: length, unit: 'B' }),
  };
  const range = { start: address, end: address + length - 1 };
  await flash.read(range, transfer, (part, offset) => bytes.set(part, offset));
  return { output: { bytes }, measurements: [] };
}
