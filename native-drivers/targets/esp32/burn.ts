import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { Efuse } from './efuse.ts';
import { burnFuse } from './fuses.ts';
import type { Awake, EspPart } from './part.ts';

/** Secure boot version 2 came with revision 3 of the ESP32 (ESP-IDF, "Secure Boot v2"); others have it from the start. */
const SECURE_BOOT_2 = 300;

/** Of this driver, before anything is burned. */
const REFUSALS = new Set(['bad-argument', 'wrong-state', 'unsupported']);

function checkRevision({ chip }: EspPart, { revision }: Awake, fuse: string): void {
  if (chip.magic === null || revision >= SECURE_BOOT_2 || !fuse.startsWith('secure-boot')) return;
  throw new DriverError('unsupported', 'This revision of the chip has no secure boot version 2.', {
    chip: 'untouched',
    context: { fuse, revision },
  });
}

/** Irreversible. What was burned is read back before this resolves. Keys are wiped from `value`. */
export async function burn(
  part: EspPart,
  { fuse, value }: OperationInput<'burn'>,
  { signal }: OperationContext,
): Promise<OperationResult<'burn'>> {
  const awake = await part.use(signal);
  checkRevision(part, awake, fuse);
  const efuse = new Efuse(awake.client, part.chip, () => {
    part.touched = true;
  });
  if (fuse === 'secure-download') return closeRegisters(part, efuse, value, signal);
  try {
    const output = {
      fuse,
      value: await burnFuse(efuse, part.chip, fuse, value),
    };
    // What is fused decides what may be written: it is read anew.
    part.drop();
    return { output, measurements: [] };
  } finally {
    if (fuse.endsWith('-key')) value.fill(0);
  }
}

/**
 * Behind this fuse the ROM shows no registers any more, perhaps before it has answered: what came of it is read from
 * its security info, after a reset.
 */
async function closeRegisters(
  part: EspPart,
  efuse: Efuse,
  value: Uint8Array,
  signal: AbortSignal,
): Promise<OperationResult<'burn'>> {
  const fuse = 'secure-download';
  let failed = new DriverError('verify-mismatch', 'The fuse reads other than it was burned.', {
    chip: 'unknown',
  });
  try {
    await burnFuse(efuse, part.chip, fuse, value);
  } catch (error) {
    if (!(error instanceof DriverError) || REFUSALS.has(error.code)) throw error;
    failed = error;
  }
  part.drop();
  const { security } = await part.wake(signal).catch((cause: unknown) => {
    throw new DriverError('outcome-unknown', 'The link was lost while eFuses were burned.', {
      chip: 'unknown',
      context: { fuse },
      cause,
    });
  });
  if (security.secureDownload) return { output: { fuse, value: value.slice() }, measurements: [] };
  throw failed;
}
