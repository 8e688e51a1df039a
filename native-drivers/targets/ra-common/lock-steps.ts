import { DriverError } from '#drivers/core/errors.ts';
import type { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { INITIALIZE_DISABLED, PARAMETER_INITIALIZE } from '#drivers/protocols/ra-boot/constants.ts';

/** For ever; what is disabled already is left alone. */
export async function disableInitialize(client: RaBootClient): Promise<void> {
  if ((await client.parameter(PARAMETER_INITIALIZE)) === INITIALIZE_DISABLED) return;
  await client.setParameter(PARAMETER_INITIALIZE, INITIALIZE_DISABLED);
}

/**
 * The move to LCK_BOOT. False: the chip took it without a word (it may reset first) or did not take it; only a read-back
 * tells. A link that dies rejects with `port-gone`.
 */
export async function closeBoot(
  part: { expectsLock: boolean; drop(): void },
  move: () => Promise<void>,
): Promise<boolean> {
  part.expectsLock = true;
  try {
    await move();
    return true;
  } catch (error) {
    // The link lives, but the answer was lost: the caller reads back anyway.
    if (error instanceof DriverError && isSilence(error)) return false;
    throw error;
  } finally {
    part.drop();
  }
}
