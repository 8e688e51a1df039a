import type { X509Certificate } from 'node:crypto';
import type { Credentials } from '#protocol/line.ts';
import { CLOCK_TOLERANCE_MS } from '../line/connect.ts';
import { isForKey, type KeyVault } from '../line-keys.ts';
import { der, type KeyPair } from '../membership.ts';
import { ChainError, verifyChain } from './chain.ts';

/** Extended key usages (RFC 5280, 4.2.1.12; RFC 9336, 3.1). */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** A chain from the cloud as it stands in messages, end entity first, against the pinned root. Throws ChainError. */
export function verifyBase64(chain: readonly string[], root: Uint8Array, at: Date): X509Certificate {
  return verifyChain(chain.map(der), { root, at, toleranceMs: CLOCK_TOLERANCE_MS });
}

/** The tenant's signer and courier key: neither may be one that connects as a station. Throws ChainError. */
export function verifyTenantKeys(
  { tenantSigner, tenantCourier }: { tenantSigner: readonly string[]; tenantCourier: readonly string[] },
  root: Uint8Array,
  at: Date,
): void {
  for (const chain of [tenantSigner, tenantCourier]) {
    const leaf = verifyBase64(chain, root, at);
    // Node names the extended key usage `keyUsage`; undefined where there is none.
    const usages = (leaf.keyUsage as string[] | undefined) ?? [];
    if (leaf.ca || usages.includes(CLIENT_AUTH)) throw new ChainError('purpose', leaf.subject);
  }
}

/** New certificates of the station belong to its own keys and lead to the pinned root. Throws ChainError. */
export async function verifyCredentials(
  vault: KeyVault,
  { keys, credentials }: { keys: KeyPair; credentials: Credentials },
  root: Uint8Array,
  at: Date,
): Promise<void> {
  const { certificate, courierCertificate, chain } = credentials;
  for (const [use, own, id] of [
    ['line', certificate, keys.line],
    ['courier', courierCertificate, keys.courier],
  ] as const) {
    const leaf = verifyBase64([own, ...chain], root, at);
    if (!(await isForKey(vault, use, id, leaf))) throw new ChainError('signature', leaf.subject);
  }
}
