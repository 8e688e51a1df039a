import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, OperationContext } from '#drivers/core/operations.ts';
import { hasHandle } from '#drivers/protocols/tpm2/capabilities.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { evictControl } from '#drivers/protocols/tpm2/objects.ts';
import { refuseIfAborted } from '../outcome.ts';
import { removeFile } from './nv-files.ts';
import { HANDLE } from './places.ts';
import { lifecycleOf, openIndices, ownershipOf, requireUnowned } from './state.ts';

/**
 * Removes what a run that was broken off has left: device key, secret, certificates, configuration. Nothing else on the TPM is
 * touched. The key comes back the same: the seed of the hierarchy makes it.
 */
export async function initializeTpm(client: TpmClient, { signal }: OperationContext): Promise<Lifecycle> {
  await requireUnowned(client);
  refuseIfAborted(signal);
  const { exist, open } = await openIndices(client);
  if (exist.length > open.length)
    throw new DriverError('locked', 'The certificates on this TPM are locked.', { chip: 'locked' });
  for (const index of exist) await removeFile(client, index);
  for (const handle of [HANDLE.identity, HANDLE.sealed])
    if (await hasHandle(client, handle)) await evictControl(client, handle, handle);
  return lifecycleOf(await ownershipOf(client));
}
