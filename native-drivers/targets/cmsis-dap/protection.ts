import { DriverError } from '#drivers/core/errors.ts';
import type { DebugAccess } from '#drivers/protocols/cmsis-dap/debug-access.ts';
import { CR, FLASH, LIMIT, OPTIONS, SR } from './device.ts';

/** Beside what the flash takes, ms. */
const SPARE_MS = 1000;

/** Option bytes without their complements, in the order of their addresses. */
export async function readOptions(access: DebugAccess): Promise<number[]> {
  const bytes = await access.readBytes(OPTIONS.start, OPTIONS.count * 2);
  return Array.from({ length: OPTIONS.count }, (_, index) => bytes[index * 2] ?? 0);
}

/**
 * Erases the option bytes, writes these and reads them back (RM0091, section 3.2.2, "Option byte programming"). Not in
 * force before they are loaded. The core is halted: nothing else touches the flash.
 */
export async function writeOptions(access: DebugAccess, options: readonly number[]): Promise<void> {
  await access.memory([
    ...FLASH.keys.map((value) => ({ write: FLASH.optkeyr, value })),
    { write: FLASH.sr, value: SR.clear },
    { write: FLASH.cr, value: CR.opter | CR.optwre },
    { write: FLASH.cr, value: CR.opter | CR.optwre | CR.strt },
  ]);
  await settled(access);
  await access.writeWord(FLASH.cr, CR.optpg | CR.optwre);
  for (const [index, value] of options.entries()) {
    await access.writeHalf(OPTIONS.start + index * 2, value);
    await settled(access);
  }
  const found = await readOptions(access);
  if (found.some((value, index) => value !== options[index]))
    throw new DriverError('verify-mismatch', 'The option bytes are not what was written.');
}

/** OBL_LAUNCH: the part resets itself and loads its option bytes (section 3.5.5). */
export function loadOptions(access: DebugAccess): Promise<unknown> {
  return access.writeWord(FLASH.cr, CR.launch | CR.optwre);
}

/** Unlocks the flash registers; they are locked at reset. */
export function unlock(access: DebugAccess): Promise<unknown> {
  return access.memory(FLASH.keys.map((value) => ({ write: FLASH.keyr, value })));
}

async function settled(access: DebugAccess): Promise<void> {
  const limit = performance.now() + LIMIT.eraseMs * 2 + SPARE_MS;
  while (!(await access.matches(FLASH.sr, SR.busy, 0)))
    if (performance.now() > limit) throw new DriverError('no-answer', 'The flash stays busy.');
  const status = await access.readWord(FLASH.sr);
  if ((status & SR.errors) !== 0)
    throw new DriverError('device-error', 'The option bytes were not programmed.', { context: { status } });
}
