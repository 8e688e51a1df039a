import { timingSafeEqual } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { hasHandle } from '#drivers/protocols/tpm2/capabilities.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { createSealed, evictControl, flushContext, unseal } from '#drivers/protocols/tpm2/objects.ts';
import { refuseIfAborted } from '../outcome.ts';
import { HANDLE } from './places.ts';
import { requireUnowned } from './state.ts';

/** MAX_SYM_DATA (part 2, 11.1.14). */
const MOST_BYTES = 128;

/**
 * A secret as a sealed object in the owner hierarchy, kept under its handle; one that is there is replaced. Unsealed once
 * and compared. The copies here are wiped. It is bound to this TPM, to no state of it.
 */
export async function sealSecret(
  client: TpmClient,
  secret: Uint8Array,
  { signal }: OperationContext,
): Promise<OperationResult<'set-user-key'>> {
  try {
    if (secret.length === 0 || secret.length > MOST_BYTES)
      throw new DriverError('bad-argument', 'A sealed secret has 1 to 128 bytes.', {
        chip: 'untouched',
        context: { bytes: secret.length },
      });
    await requireUnowned(client);
    refuseIfAborted(signal);
    await replace(client, secret);
    const kept = await unseal(client, HANDLE.sealed);
    const verified = kept.length === secret.length && timingSafeEqual(kept, secret);
    kept.fill(0);
    if (verified) return { output: { slot: 'SECRET', verified }, measurements: [] };
    throw new DriverError('verify-mismatch', 'The TPM unseals another secret than it was given.', {
      chip: 'not-locked',
    });
  } finally {
    secret.fill(0);
  }
}

async function replace(client: TpmClient, secret: Uint8Array): Promise<void> {
  const { handle } = await createSealed(client, secret);
  try {
    if (await hasHandle(client, HANDLE.sealed)) await evictControl(client, HANDLE.sealed, HANDLE.sealed);
    await evictControl(client, handle, HANDLE.sealed);
  } finally {
    await flushContext(client, handle).catch((error: unknown) => {
      // A link that broke cannot flush: a TPM forgets its transient objects at its next start.
      if (!(error instanceof DriverError)) throw error;
    });
  }
}
