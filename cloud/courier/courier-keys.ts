import { diffieHellman, createPublicKey } from 'node:crypto';
import { EKU, sha256 } from '#cloud/pki/certificates.ts';
import type { TenantAuthority } from '#cloud/pki/tenant-authority.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import type { CourierKey } from '#protocol/courier/envelope.ts';
import type { OpenKeys } from '#protocol/courier/open.ts';
import type { SealKeys } from '#protocol/courier/seal.ts';
import type { CourierSender } from '#protocol/courier/trust.ts';

/**
 * How far a signature may lie outside the validity of a station's certificate: one that had no line for a year asks for
 * a new certificate with the old one, and there is no other way (docs/sync.md).
 */
const LEEWAY_MS = 400 * 86_400_000;

function keyOf({ courier }: TenantAuthority): CourierKey {
  return {
    certificate: courier.certificate,
    agree: (peer) => {
      const publicKey = createPublicKey({ key: Buffer.from(peer), format: 'der', type: 'spki' });
      return Promise.resolve(diffieHellman({ privateKey: courier.privateKey, publicKey }));
    },
  };
}

/** The station that a line certificate is of, its present one or the one before; null for any other. */
async function stationBy(
  { db }: Pick<CloudContext, 'db'>,
  tenantId: string,
  fingerprint: string,
): Promise<CourierSender | null> {
  const row = await db
    .selectFrom('stations')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'joined')
    .where((of) => of.or([of('fingerprint', '=', fingerprint), of('former_fingerprint', '=', fingerprint)]))
    .executeTakeFirst();
  return row === undefined ? null : { kind: 'station', id: row.id, tenant: tenantId };
}

/** Opening what stations of a tenant sealed: signed with the key of their line. */
export async function openKeys(
  context: Pick<CloudContext, 'db' | 'authorities'>,
  tenantId: string,
): Promise<OpenKeys> {
  const authority = await context.authorities.of(tenantId);
  return {
    self: { kind: 'cloud', id: tenantId },
    keys: [keyOf(authority)],
    trust: {
      ...{ roots: [authority.root], tenant: tenantId, purpose: EKU.client, leeway: LEEWAY_MS },
      identify: ({ raw }) => stationBy(context, tenantId, sha256(raw)),
    },
  };
}

/** Sealing for a station, signed by the tenant. */
export function sealKeys(
  { signer, issuing }: TenantAuthority,
  addressee: Uint8Array,
  now: () => Date,
): SealKeys {
  return { signer: signer.signer, chain: [signer.certificate, issuing.certificate], addressee, now };
}
