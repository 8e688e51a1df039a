import { generateKeyPairSync } from 'node:crypto';
import type { SecureServerOptions } from 'node:http2';
import { hostname } from 'node:os';
import { pemOf } from '#cloud/pki/certificates.ts';
import { signerOf, type TenantAuthority } from '#cloud/pki/tenant-authority.ts';
import type { CloudConfig } from './config.ts';

/** Browsers take no server certificate that lasts longer than 398 days. */
const SERVER_DAYS = 397;

function namesOf({ host, publicUrl, stationUrl }: CloudConfig): string[] {
  const told = [publicUrl, stationUrl].filter((url) => url !== '').map((url) => new URL(url).hostname);
  const plain = told.map((name) => name.replace(/^\[(.*)\]$/, '$1'));
  const any = host === '0.0.0.0' || host === '::';
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...(any ? [] : [host]), ...plain])];
}

/** A key that lives as long as this process, certified by the tenant's authority: nothing to keep, nothing to steal. */
export async function serverTls(
  authority: TenantAuthority,
  config: CloudConfig,
  now: Date,
): Promise<{ cert: string; key: string }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await authority.issue(
    {
      ...{ commonName: 'Rootline cloud', days: SERVER_DAYS, use: 'server', names: namesOf(config) },
      publicKeySpki: signerOf(privateKey).publicKeySpki,
    },
    now,
  );
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: pemOf(certificate, authority.issuing.certificate, authority.root), key };
}

/**
 * The station listener asks for a certificate and takes the connection whatever comes, so that a refusal can say why:
 * server/station-identity.ts lets no call through that it does not know.
 */
export function stationTls(
  server: { cert: string; key: string },
  authorities: readonly TenantAuthority[],
): SecureServerOptions {
  return {
    ...server,
    ca: authorities.flatMap(({ root, issuing }) => [pemOf(root), pemOf(issuing.certificate)]),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
  };
}

/** Certificates of listeners are made anew long before they end; a timer holds 24 days at most. */
const REFRESH_MS = 20 * 86_400_000;

/** Gives listeners a new certificate every few weeks, for processes that run for years. Ends with `closing`. */
export function keepFresh(refresh: () => Promise<void>, closing: AbortSignal): void {
  const timer = setInterval(() => void refresh(), REFRESH_MS).unref();
  closing.addEventListener('abort', () => clearInterval(timer), { once: true });
}
