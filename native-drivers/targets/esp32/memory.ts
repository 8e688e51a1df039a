import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { SLOW_READ_BYTES } from '#drivers/protocols/esp-rom/constants.ts';
import { SECTOR_BYTES } from './identify.ts';
import type { EspPart } from './part.ts';
import { lifecycleOf } from './security.ts';
import { stopIfAborted, writeSegments } from './write.ts';

/** Erased in steps, so that it can be stopped and seen to go on. */
const ERASE_STEP = 0x100000;

/** Erases all of the flash. Fuses stay as they are. */
export async function initialize(
  part: EspPart,
  context: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { client, flashBytes, security } = await part.use(context.signal);
  part.touched = true;
  for (let at = 0; at < flashBytes; at += ERASE_STEP) {
    stopIfAborted(context.signal);
    context.progress({ done: at, total: flashBytes, unit: 'B', note: 'Erase' });
    await client.erase(at, Math.min(ERASE_STEP, flashBytes - at), part.chip.extendedBegin);
  }
  return { output: lifecycleOf(security), measurements: [] };
}

function checkRange(address: number, length: number, flashBytes: number): void {
  if (address + length <= flashBytes) return;
  throw new DriverError('bad-argument', 'That is not in the flash.', {
    chip: 'untouched',
    context: { address: `0x${address.toString(16)}`, length, flashBytes },
  });
}

/** Of the flash: 64 bytes a question, as the ROM has it. */
export async function readMemory(
  part: EspPart,
  { address, length }: OperationInput<'read-memory'>,
  { signal }: OperationContext,
): Promise<OperationResult<'read-memory'>> {
  const { client, flashBytes } = await part.use(signal);
  checkRange(address, length, flashBytes);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += SLOW_READ_BYTES) {
    stopIfAborted(signal);
    bytes.set(await client.readFlash(address + at, Math.min(SLOW_READ_BYTES, length - at)), at);
  }
  return { output: { bytes }, measurements: [] };
}

/** From the start of a sector on; what is left of the last one is erased. */
export async function writeMemory(
  part: EspPart,
  { address, bytes }: OperationInput<'write-memory'>,
  context: OperationContext,
): Promise<OperationResult<'write-memory'>> {
  const awake = await part.use(context.signal);
  checkRange(address, bytes.length, awake.flashBytes);
  if (address % SECTOR_BYTES !== 0)
    throw new DriverError('bad-argument', 'Flash is written from the start of a sector on.', {
      chip: 'untouched',
      context: { address: `0x${address.toString(16)}`, sector: SECTOR_BYTES },
    });
  await writeSegments(part, awake, [{ address, bytes }], context, 'Write');
  return { output: {}, measurements: [] };
}
