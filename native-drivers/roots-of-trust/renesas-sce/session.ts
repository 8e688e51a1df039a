import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { gen1Dlm, moveGen1Dlm } from '#drivers/protocols/ra-boot/dlm.ts';
import { LazyClient } from '../lazy-client.ts';
import { onceAndRead } from '../once.ts';
import { refuseIfAborted } from '../outcome.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { unsupported } from '../unsupported.ts';
import { injectSceKey, refuseUnlessSsd, sceKey } from './wrapped-key.ts';

/** Wrapped keys by slot, through a boot ROM of Renesas. */
export interface WrappedKeySession extends RootOfTrustSession {
  injectKey(
    input: OperationInput<'inject-key'>,
    context: OperationContext,
  ): Promise<OperationResult<'inject-key'>>;
}

const NO_KEY_OF_ITS_OWN = 'This root of trust takes wrapped keys and signs nothing.';
/** From DPL on the boot ROM neither programs nor takes keys; the way back is a key or the erasure of all. */
const CLOSED: readonly string[] = ['DPL', 'LCK_DBG', 'LCK_BOOT'];

/**
 * SCE of the first generation of RA behind its boot ROM. The transport must be open, the part reset with the mode pin low.
 * It never attests: no key of its own, no request, no certificate, no proof.
 */
export function createSceSession(transport: Transport): WrappedKeySession {
  const rom = new LazyClient((signal) => RaBootClient.connect(transport, { signal }));
  return {
    info: async ({ signal }) => info(await rom.use(signal)),
    injectKey: async (input, { signal }) => {
      const key = sceKey(input);
      const client = await rom.use(signal);
      await refuseUnlessSsd(client);
      return injectSceKey(client, key);
    },
    lock: async ({ signal }) => lock(await rom.use(signal), signal),
    readState: async ({ signal }) => readState(await rom.use(signal)),
    enrol: () => unsupported('enrol', NO_KEY_OF_ITS_OWN),
    reconstruct: () => unsupported('reconstruct', NO_KEY_OF_ITS_OWN),
    csr: () => unsupported('csr', NO_KEY_OF_ITS_OWN),
    inject: () => unsupported('inject', NO_KEY_OF_ITS_OWN),
    prove: () => unsupported('prove', NO_KEY_OF_ITS_OWN),
    close: () => rom.close(),
  };
}

const lifecycleOf = async (client: RaBootClient) => ({
  ...{ dlm: await gen1Dlm(client), protection: null, authentication: null },
});

async function info(client: RaBootClient): Promise<OperationResult<'boot-application'>> {
  const { chipUid, bootFirmware: firmware } = await client.signature();
  const lifecycle = await lifecycleOf(client);
  const locked = CLOSED.includes(lifecycle.dlm);
  const identity = { chipUid, firmware, rootOfTrust: 'renesas-sce', enrolled: false, deviceId: null };
  return { output: { ...identity, locked, lifecycle }, measurements: [] };
}

/** Deployed: DPL. What was closed before stays so. LCK_BOOT is the target's business. */
async function lock(client: RaBootClient, signal: AbortSignal): Promise<OperationResult<'lock'>> {
  refuseIfAborted(signal);
  const from = await gen1Dlm(client);
  if (CLOSED.includes(from)) return { output: { answered: true }, measurements: [] };
  const { answered, done, lost } = await onceAndRead(
    () => moveGen1Dlm(client, from, 'DPL'),
    async () => CLOSED.includes(await gen1Dlm(client)),
  );
  if (done) return { output: { answered }, measurements: [] };
  throw new DriverError('device-error', 'The part is not deployed after the command.', {
    chip: 'not-locked',
    cause: lost,
  });
}

async function readState(client: RaBootClient): Promise<OperationResult<'read-state'>> {
  const { chipUid } = await client.signature();
  const lifecycle = await lifecycleOf(client);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const locked = lifecycle.dlm === 'LCK_BOOT';
  return { output: { chipUid, via: 'boot-rom', lifecycle, locked, ...identity }, measurements: [] };
}
