import type { CourierTrust } from '#protocol/courier/trust.ts';
import type { OpenKeys } from '#protocol/courier/open.ts';
import type { SealKeys } from '#protocol/courier/seal.ts';
import { courierKey, lineSigner, type KeyVault } from '#services/sync/line-keys.ts';
import { der, sha256Of, type Membership } from '#services/sync/membership.ts';
import { askedCertificate } from './asked-key.ts';

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

/**
 * Opening what the cloud sealed: only a signer that this station was told of is believed. It may be sealed for the present
 * key, for one before it, or for the one that new certificates were asked for (`asked`).
 */
export async function openKeys(
  vault: KeyVault,
  membership: Membership,
  { asked, at }: { asked: string | null; at: Date },
): Promise<OpenKeys> {
  const { root, tenant, signers, stationId, keys, credentials, earlier } = membership;
  const trust: CourierTrust = {
    ...{ roots: [der(root)], tenant: tenant.id, leeway: LEEWAY },
    identify: ({ raw }) =>
      signers.includes(sha256Of(raw)) ? { kind: 'cloud', id: tenant.id, tenant: tenant.id } : null,
  };
  const certified = [{ key: keys.courier, certificate: credentials.courierCertificate }, ...earlier];
  const own = certified.map(({ key, certificate }) => courierKey(vault, key, der(certificate)));
  const next = asked === null ? [] : [courierKey(vault, asked, await askedCertificate(vault, asked, at))];
  return { self: { kind: 'station', id: stationId }, keys: [...own, ...next], trust };
}
