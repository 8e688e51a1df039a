import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { memoriesOf, OPTION_BYTES, type DfuseMemory } from './memory.ts';
import { isProtected, lifecycle, type OpenStm32, type Stm32DfuPart } from './stm32-part.ts';

/** STM32F2 and F4: 16 bytes, readout protection in bits 15 to 8 of the first word (RM0090, section 3.9.1). */
const OPTION_START = 0x1fffc000;
const OPTION_LENGTH = 16;
const RDP = 1;
/** Neither AA (level 0) nor CC (level 2, for ever): any other value is level 1 (RM0090, section 3.9.3). */
const RDP_LEVEL_1 = 0x55;
/** Lifting level 1 erases all of the flash: 32 s at most (DS8626, table 40), and the way back to the bus. */
const UNPROTECT_MS = 60_000;

/** Level 1: flash and option bytes are no longer read or written until all is erased. The part itself says so afterwards. */
export async function protect(
  part: Stm32DfuPart,
  level: string,
  { signal }: OperationContext,
): Promise<OperationResult<'protect'>> {
  if (level !== 'RDP1') throw refusedLevel(level);
  const open = await part.open(signal);
  const options = optionBytes(open);
  await open.dfuse.select(options.setting);
  const bytes = Uint8Array.from(await open.dfuse.read(OPTION_START, OPTION_LENGTH));
  bytes[RDP] = RDP_LEVEL_1;
  part.socket.touched = true;
  if (await shutAfter(part, open, bytes, signal)) return { output: lifecycle(true), measurements: [] };
  throw new DriverError('wrong-state', 'The part can still be read after it was protected.', {
    chip: 'not-locked',
  });
}

/** The reset that follows takes the part off the bus, with or without an answer: only the part that comes back tells. */
async function shutAfter(
  part: Stm32DfuPart,
  { dfuse }: OpenStm32,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<boolean> {
  const { usb } = dfuse.dfu;
  try {
    await dfuse.writeAndReset(OPTION_START, bytes).catch(unlessCut);
    return await isProtected(await part.on(await part.socket.returned(usb, signal)));
  } catch (cause) {
    if (cause instanceof DriverError && cause.code === 'device-error') throw cause;
    throw new DriverError('outcome-unknown', 'The part was told to protect itself and did not come back.', {
      ...{ context: { level: 'RDP1' }, cause },
    });
  }
}

/** A link that broke: what came of it is read from the part. */
function unlessCut(error: unknown): void {
  const cut = error instanceof DriverError && ['port-gone', 'no-answer'].includes(error.code);
  if (!cut) throw error;
}

/** Back to level 0, which erases all of the flash by itself. */
export async function unprotect(part: Stm32DfuPart, open: OpenStm32, signal: AbortSignal): Promise<void> {
  const { usb } = open.dfuse.dfu;
  part.socket.touched = true;
  await open.dfuse.readUnprotect();
  const back = await part.on(await part.socket.returned(usb, signal, UNPROTECT_MS));
  if (!(await isProtected(back))) return;
  throw new DriverError('protected', 'The part is still protected after it was told to open.', {
    chip: 'not-locked',
  });
}

function optionBytes({ dfuse }: OpenStm32): DfuseMemory {
  const found = memoriesOf(dfuse.dfu).find(({ name }) => name === OPTION_BYTES);
  if (found?.runs[0]?.start === OPTION_START) return found;
  throw new DriverError('unsupported', 'Option bytes of this part are not known to this station.', {
    chip: 'untouched',
  });
}

/** Level 2 ends this boot loader for good: nobody could read back that it was reached. */
const refusedLevel = (level: string): DriverError =>
  new DriverError('unsupported', 'Over USB this station sets readout protection level 1 only.', {
    ...{ chip: 'untouched', context: { level } },
  });
