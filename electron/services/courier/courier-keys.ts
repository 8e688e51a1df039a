import type { CourierTrust } from '#protocol/courier/trust.ts';
import type { OpenKeys } from '#protocol/courier/open.ts';
import type { SealKeys } from '#protocol/courier/seal.ts';
import { courierKeys, lineSigner, type KeyVault } from '#services/sync/line-keys.ts';
import { der, sha256Of, type Membership } from '#services/sync/membership.ts';

/** Milliseconds that the cloud's clock and ours may be apart. */
const LEEWAY = 48 * 3600 * 1000;

/** Sealing for the cloud: signed with the line key, for the tenant's courier key. */
export async function sealKeys(vault: KeyVault, membership: Membership): Promise<SealKeys> {
  const { credentials, tenantCourier } = membership;
  return {
    signer: await lineSigner(vault, membership),
    chain: [credentials.certificate, ...credentials.chain].map(der),
    addressee: der(tenantCourier[0] ?? ''),
  };
}

/** Opening what the cloud sealed: only a signer that this station was told of is believed. */
export function openKeys(vault: KeyVault, membership: Membership): OpenKeys {
  const { root, tenant, signers, stationId } = membership;
  const trust: CourierTrust = {
    ...{ roots: [der(root)], tenant: tenant.id, leeway: LEEWAY },
    identify: ({ raw }) =>
      signers.includes(sha256Of(raw)) ? { kind: 'cloud', id: tenant.id, tenant: tenant.id } : null,
  };
  return { self: { kind: 'station', id: stationId }, keys: courierKeys(vault, membership), trust };
}
