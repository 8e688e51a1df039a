import type { Transport } from '#drivers/core/link.ts';
import type { OperationResult } from '#drivers/core/operations.ts';
import { AtLink } from '#drivers/targets/cordelia/at/at-link.ts';
import { enrol, type Enrolling } from '#drivers/targets/cordelia/enrol.ts';
import { deviceIdOf, uidOf } from '#drivers/targets/cordelia/module.ts';
import { LazyClient } from '../lazy-client.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { unsupported } from '../unsupported.ts';

const ITS_CLOUD_ONLY = 'What this module has to show it shows its own cloud alone.';

/**
 * The root of trust of a Cordelia-I behind its firmware. The transport must be open at 115,200 Bd, the module started and,
 * before `enrol`, in a network. It enrols by itself: no request, no certificate and no proof reach a host.
 */
export function createCordeliaSession(transport: Transport): RootOfTrustSession {
  const known: Enrolling = { touched: false, revoked: false, dialect: null };
  const module = new LazyClient(() => Promise.resolve(new AtLink(transport)));
  return {
    info: async ({ signal }) => info(await module.use(signal), known),
    enrol: async (context) => enrol(await module.use(context.signal), known, context),
    readState: async ({ signal }) => readState(await module.use(signal), known),
    reconstruct: () => unsupported('reconstruct', ITS_CLOUD_ONLY),
    csr: () => unsupported('csr', ITS_CLOUD_ONLY),
    inject: () => unsupported('inject', ITS_CLOUD_ONLY),
    prove: () => unsupported('prove', ITS_CLOUD_ONLY),
    lock: () => unsupported('lock', 'This module locks nothing.'),
    close: () => module.close(),
  };
}

const lifecycle = (deviceId: string | null, { revoked }: Enrolling) => ({
  dlm: revoked ? 'REVOKED' : deviceId === null ? 'OPEN' : 'ENROLLED',
  ...{ protection: null, authentication: null },
});

/** `firmware`: it says its version when it starts, and at no other time. */
async function info(at: AtLink, known: Enrolling): Promise<OperationResult<'boot-application'>> {
  const [chipUid, deviceId] = [await uidOf(at), await deviceIdOf(at)];
  const identity = { chipUid, deviceId, firmware: '', rootOfTrust: 'cordelia', locked: false };
  const output = { ...identity, enrolled: deviceId !== null, lifecycle: lifecycle(deviceId, known) };
  return { output, measurements: [] };
}

async function readState(at: AtLink, known: Enrolling): Promise<OperationResult<'read-state'>> {
  const [chipUid, deviceId] = [await uidOf(at), await deviceIdOf(at)];
  const rest = { certificateFingerprint: null, agentLocked: null, locked: false };
  const identity = { chipUid, deviceId, enrolled: deviceId !== null };
  const output = { ...identity, ...rest, via: 'agent' as const, lifecycle: lifecycle(deviceId, known) };
  return { output, measurements: [] };
}
