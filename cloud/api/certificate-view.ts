import { X509Certificate } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { CertificateRow } from '#cloud/contract/views.ts';
import type { CloudTables } from '#cloud/db/schema.ts';

export type CertificateRecord = Selectable<CloudTables['certificates']> & { station: string | null };

const oneLine = (name: string): string => name.replaceAll('\n', ', ');

/** A row with what the certificate itself says. */
export function certificateView(row: CertificateRecord): CertificateRow {
  const certificate = new X509Certificate(Buffer.from(row.der));
  return {
    fingerprint: row.fingerprint,
    serial: row.serial,
    deviceId: row.device_id,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    notBefore: certificate.validFromDate.toISOString(),
    notAfter: certificate.validToDate.toISOString(),
    state: row.state,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    reason: row.reason,
    stationId: row.station_id,
    station: row.station,
  };
}

export function withPem(row: CertificateRecord): CertificateRow & { pem: string } {
  return { ...certificateView(row), pem: new X509Certificate(Buffer.from(row.der)).toString() };
}
