import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { injectCredentials } from './credentials.ts';
import { enrolKey, proveIdentity, requestOf } from './identity.ts';
import { lockTpm } from './lock.ts';
import { sealSecret } from './seal.ts';
import {
  chipUidOf,
  isLocked,
  keptDeviceId,
  lifecycleOf,
  ownershipOf,
  partState,
  versionOf,
} from './state.ts';

/** A TPM 2.0: the common operations, and secrets that are sealed to it. */
export interface TpmSession extends RootOfTrustSession {
  /** At most 128 bytes; wiped here afterwards. */
  seal(secret: Uint8Array, context: OperationContext): Promise<OperationResult<'set-user-key'>>;
}

/** The transport carries TPM commands as they are, without a frame around them. */
export function createTpmSession(transport: Transport): TpmSession {
  const client = new TpmClient(transport);
  return {
    info: () => info(client),
    enrol: (context) => enrolKey(client, context),
    csr: ({ subjectSerial }) => requestOf(client, subjectSerial),
    inject: (input, context) => injectCredentials(client, input, context),
    prove: ({ challenge }) => proveIdentity(client, challenge),
    lock: (context) => lockTpm(client, context),
    readState: () => partState(client),
    seal: (secret, context) => sealSecret(client, secret, context),
    reconstruct: () =>
      Promise.reject(
        new DriverError('unsupported', 'The key of a TPM is kept, not reconstructed.', { chip: 'untouched' }),
      ),
    close: () => client.close(),
  };
}

async function info(client: TpmClient): Promise<OperationResult<'boot-application'>> {
  const [chipUid, { firmware }] = [await chipUidOf(client), await versionOf(client)];
  const [deviceId, ownership] = [await keptDeviceId(client), await ownershipOf(client)];
  const identity = { chipUid, firmware, rootOfTrust: 'tpm2', enrolled: deviceId !== null, deviceId };
  const locked = await isLocked(client, ownership);
  return { output: { ...identity, locked, lifecycle: lifecycleOf(ownership) }, measurements: [] };
}
