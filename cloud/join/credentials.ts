import { X509Certificate } from 'node:crypto';
import { checkedRequest } from '#cloud/pki/request.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import type { TenantAuthority } from '#cloud/pki/tenant-authority.ts';
import { STATION_DAYS } from '#cloud/server/config.ts';
import { CloudError } from '#cloud/server/problem.ts';
import type { Credentials } from '#protocol/line.ts';

export interface StationKeys {
  csr: string;
  courierCsr: string;
}

export interface IssuedCredentials {
  credentials: Credentials;
  /** Columns of `stations`. */
  row: {
    certificate: Buffer;
    courier_certificate: Buffer;
    fingerprint: string;
    key_fingerprint: string;
    certificate_ends: Date;
  };
}

const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');

/** Chain of what the tenant issues, up to the root. */
export function chainOf({ issuing, root }: TenantAuthority): string[] {
  return [base64(issuing.certificate), base64(root)];
}

/** Certificates of a station: one for TLS and for signing courier files, one for receiving them. Throws CloudError. */
export async function issueCredentials(
  authority: TenantAuthority,
  station: { id: string; name: string },
  { csr, courierCsr }: StationKeys,
  now: Date,
): Promise<IssuedCredentials> {
  const line = await checkedRequest(Buffer.from(csr, 'base64'));
  const courier = await checkedRequest(Buffer.from(courierCsr, 'base64'));
  if (line.equals(courier))
    throw new CloudError(422, {
      code: 'bad-request-for-certificate',
      what: 'The station asks for both certificates with one key.',
      next: 'Let the station make a key for each.',
    });
  const plan = { commonName: station.name, serialNumber: station.id, days: STATION_DAYS };
  const certificate = await authority.issue({ ...plan, publicKeySpki: line, use: 'client' }, now);
  const courierCertificate = await authority.issue(
    { ...plan, publicKeySpki: courier, use: 'key-agreement' },
    now,
  );
  const credentials = {
    ...{ certificate: base64(certificate), courierCertificate: base64(courierCertificate) },
    chain: chainOf(authority),
  };
  const row = {
    ...{ certificate, courier_certificate: courierCertificate, fingerprint: sha256(certificate) },
    ...{ key_fingerprint: sha256(line), certificate_ends: new X509Certificate(certificate).validToDate },
  };
  return { credentials, row };
}
