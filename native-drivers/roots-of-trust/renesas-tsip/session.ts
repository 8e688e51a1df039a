import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { OperationResult } from '#drivers/core/operations.ts';
import { RxBootClient } from '#drivers/protocols/ra-boot/rx-client.ts';
import { RX_UNIQUE_ID } from '#drivers/protocols/ra-boot/rx-constants.ts';
import { LazyClient } from '../lazy-client.ts';
import type { WrappedKeySession } from '../renesas-sce/session.ts';
import { unsupported } from '../unsupported.ts';
import { injectTsipKey, tsipKey, tsipLifecycle } from './wrapped-key.ts';

const NO_KEY_OF_ITS_OWN = 'This root of trust takes wrapped keys and signs nothing.';

/**
 * TSIP of an RX behind its boot ROM. The transport must be open, the part reset into boot mode. A part that asks for its
 * ID code is refused as `protected`: the target gives the code. It never attests.
 */
export function createTsipSession(transport: Transport): WrappedKeySession {
  const rom = new LazyClient((signal) => connect(transport, signal));
  return {
    info: async ({ signal }) => info(await rom.use(signal)),
    injectKey: async (input, { signal }) => {
      const key = tsipKey(input);
      return injectTsipKey(await rom.use(signal), key);
    },
    readState: async ({ signal }) => readState(await rom.use(signal)),
    lock: () =>
      unsupported('lock', 'The boot ROM of an RX locks nothing: its ID code is part of the program.'),
    enrol: () => unsupported('enrol', NO_KEY_OF_ITS_OWN),
    reconstruct: () => unsupported('reconstruct', NO_KEY_OF_ITS_OWN),
    csr: () => unsupported('csr', NO_KEY_OF_ITS_OWN),
    inject: () => unsupported('inject', NO_KEY_OF_ITS_OWN),
    prove: () => unsupported('prove', NO_KEY_OF_ITS_OWN),
    close: () => rom.close(),
  };
}

/** Type, byte order, clock and rate must be settled in this order before anything else is asked. */
async function connect(transport: Transport, signal: AbortSignal): Promise<RxBootClient> {
  const client = await RxBootClient.connect(transport, signal);
  try {
    await client.deviceType();
    await client.setLittleEndian();
    await client.setClock();
    await client.confirm();
    if (!(await client.needsId())) return client;
    throw new DriverError('protected', 'The part asks for its ID code before it shows anything.', {
      chip: 'untouched',
      context: { state: 'ID' },
    });
  } catch (error) {
    client.close();
    throw error;
  }
}

async function uidOf(client: RxBootClient): Promise<string> {
  return Buffer.from(await client.read(RX_UNIQUE_ID.address, RX_UNIQUE_ID.length)).toString('hex');
}

/** `firmware`: the boot code, all that this boot ROM says of itself. */
async function info(client: RxBootClient): Promise<OperationResult<'boot-application'>> {
  const chipUid = await uidOf(client);
  const identity = { chipUid, firmware: client.bootCode.toString(16), rootOfTrust: 'renesas-tsip' };
  const lifecycle = await tsipLifecycle(client);
  const state = { enrolled: false, locked: false, deviceId: null, lifecycle };
  return { output: { ...identity, ...state }, measurements: [] };
}

async function readState(client: RxBootClient): Promise<OperationResult<'read-state'>> {
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const chipUid = await uidOf(client);
  const lifecycle = await tsipLifecycle(client);
  const output = { chipUid, via: 'boot-rom' as const, lifecycle, locked: false, ...identity };
  return { output, measurements: [] };
}
