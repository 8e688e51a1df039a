import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { AteccClient } from '#drivers/protocols/atecc/client.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { readConfigZone } from './config-zone.ts';
import { injectCredentials } from './credentials.ts';
import { enrolKey, proveIdentity, requestOf } from './identity.ts';
import { isLocked, lifecycleOf } from './lifecycle.ts';
import { lockConfiguration, lockData, lockSlots } from './lock.ts';
import { sealSecret, setWriteKey } from './seal.ts';
import { keptDeviceId } from './public-key.ts';
import { partState } from './state.ts';

/** An ATECC608: the common operations, its two zone locks and the slot that secrets are sealed in. */
export interface AteccSession extends RootOfTrustSession {
  /** To `CONFIG_LOCKED` or `DATA_LOCKED`: each for good. */
  moveLifecycle(to: string, context: OperationContext): Promise<OperationResult<'move-lifecycle'>>;
  setWriteKey(key: Uint8Array, context: OperationContext): Promise<OperationResult<'set-user-key'>>;
  seal(
    input: { writeKey: Uint8Array; secret: Uint8Array },
    context: OperationContext,
  ): Promise<OperationResult<'set-user-key'>>;
}

/** The transport is that of a kit board with a serial port. */
export function createAteccSession(transport: Transport): AteccSession {
  let client: Promise<AteccClient> | null = null;
  const use = (): Promise<AteccClient> =>
    (client ??= AteccClient.connect(transport).catch((error: unknown) => {
      client = null;
      throw error;
    }));
  return {
    info: async () => info(await use()),
    enrol: async (context) => enrolKey(await use(), context),
    csr: async ({ subjectSerial }) => requestOf(await use(), subjectSerial),
    inject: async (input, context) => injectCredentials(await use(), input, context),
    prove: async ({ challenge }) => proveIdentity(await use(), challenge),
    lock: async (context) => lockSlots(await use(), context),
    readState: async () => partState(await use()),
    moveLifecycle: async (to, context) => ({
      output: await moveLifecycle(await use(), to, context),
      measurements: [],
    }),
    setWriteKey: async (key, context) => setWriteKey(await use(), key, context),
    seal: async (input, context) => sealSecret(await use(), input, context),
    reconstruct: () =>
      Promise.reject(
        new DriverError('unsupported', 'The key of this chip is kept, not reconstructed.', {
          chip: 'untouched',
        }),
      ),
    close: () => {
      client?.then(
        (connected) => connected.close(),
        () => undefined,
      );
    },
  };
}

/** Locks a zone by its name; another name is refused before anything is sent. */
export async function moveLifecycle(client: AteccClient, to: string, context: OperationContext) {
  if (to === 'CONFIG_LOCKED') return lockConfiguration(client, context);
  if (to === 'DATA_LOCKED') return lockData(client, context);
  throw new DriverError('bad-argument', 'This chip moves to CONFIG_LOCKED and to DATA_LOCKED.', {
    chip: 'untouched',
    context: { to },
  });
}

async function info(client: AteccClient): Promise<OperationResult<'boot-application'>> {
  const zone = await readConfigZone(client);
  const deviceId = await keptDeviceId(client, zone);
  const identity = { chipUid: zone.serial, firmware: zone.revision, rootOfTrust: 'atecc608' };
  const state = { enrolled: deviceId !== null, locked: isLocked(zone), deviceId };
  return { output: { ...identity, ...state, lifecycle: lifecycleOf(zone) }, measurements: [] };
}
