import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { NxpBootClient } from '#drivers/protocols/nxp-boot/client.ts';
import { LazyClient } from '../lazy-client.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { unsupported } from '../unsupported.ts';
import { chipUidOf, lifecycleOf, versionOf } from './identity.ts';
import { isEnrolled } from './key-store.ts';
import { enrolPuf, generateKey, keptKeyStore, restoreKeyStore, setUserKey } from './puf.ts';

/** The PUF of an LPC55S6x behind its ROM boot loader: the common operations, and keys by slot. */
export interface NxpPufSession extends RootOfTrustSession {
  generateKey(
    slot: string,
    bytes: number,
    context: OperationContext,
  ): Promise<OperationResult<'generate-key'>>;
  /** The key travels in clear and is wiped here afterwards. */
  setUserKey(
    slot: string,
    key: Uint8Array,
    context: OperationContext,
  ): Promise<OperationResult<'set-user-key'>>;
  /** Activation code and key codes as flash keeps them. */
  readKeyStore(context: OperationContext): Promise<Uint8Array>;
  writeKeyStore(store: Uint8Array, context: OperationContext): Promise<void>;
}

const SYMMETRIC = 'This root of trust has symmetric keys only.';

/**
 * The transport must be open at the rate that is wanted, the part reset with its ISP pin low. Keys are symmetric: no
 * certificate request, no certificates, no proof, and no lock of its own.
 */
export function createNxpPufSession(transport: Transport): NxpPufSession {
  const rom = new LazyClient((signal) => connect(transport, signal));
  const use = ({ signal }: OperationContext): Promise<NxpBootClient> => rom.use(signal);
  return {
    info: async (context) => info(await use(context)),
    enrol: async (context) => {
      const connected = await use(context);
      return enrolPuf(connected, await chipUidOf(connected), context);
    },
    readState: async (context) => readState(await use(context)),
    generateKey: async (slot, bytes, context) => generateKey(await use(context), slot, bytes, context),
    setUserKey: async (slot, key, context) => setUserKey(await use(context), slot, key, context),
    readKeyStore: async (context) => keptKeyStore(await use(context)),
    writeKeyStore: async (store, context) => restoreKeyStore(await use(context), store, context),
    reconstruct: () => unsupported('reconstruct', SYMMETRIC),
    csr: () => unsupported('csr', SYMMETRIC),
    inject: () => unsupported('inject', SYMMETRIC),
    prove: () => unsupported('prove', SYMMETRIC),
    lock: () => unsupported('lock', SYMMETRIC),
    close: () => rom.close(),
  };
}

async function connect(transport: Transport, signal: AbortSignal): Promise<NxpBootClient> {
  const client = await NxpBootClient.connect(transport, signal);
  if (client !== null) return client;
  throw new DriverError('no-answer', 'The boot loader does not answer the ping.', {
    context: { baudRate: transport.baudRate },
  });
}

async function info(client: NxpBootClient): Promise<OperationResult<'boot-application'>> {
  const chipUid = await chipUidOf(client);
  const enrolled = isEnrolled(await keptKeyStore(client));
  const identity = { chipUid, firmware: await versionOf(client), rootOfTrust: 'nxp-puf' };
  const state = { enrolled, locked: false, deviceId: enrolled ? chipUid : null };
  return { output: { ...identity, ...state, lifecycle: await lifecycleOf(client) }, measurements: [] };
}

async function readState(client: NxpBootClient): Promise<OperationResult<'read-state'>> {
  return { output: await partState(client), measurements: [] };
}

/** A locked part shows who it is and no memory: whether it is enrolled is not known then. */
export async function partState(client: NxpBootClient): Promise<OperationResult<'read-state'>['output']> {
  const [chipUid, lifecycle] = [await chipUidOf(client), await lifecycleOf(client)];
  const enrolled = lifecycle.dlm === 'LOCKED' ? null : isEnrolled(await keptKeyStore(client));
  const identity = { enrolled, deviceId: enrolled === true ? chipUid : null };
  const rest = { certificateFingerprint: null, agentLocked: null };
  return { chipUid, via: 'boot-rom', lifecycle, locked: false, ...identity, ...rest };
}
