import { upLine, type UpKind } from '#protocol/up.ts';

/** A message as stored. Body null: it is made of the row that `reference` names, which never changes. */
export interface StoredMessage {
  position: number;
  kind: UpKind;
  at: string;
  audit: number;
  body: string | null;
}

export interface RecordSource {
  runId: string;
  deviceId: string | null;
  json: string;
  jws: string;
}

/** The signed record without saying its payload twice: the compact JWS is `protected.base64url(json).signature`. */
export function recordMessage({ runId, deviceId, json, jws }: RecordSource): string {
  const [head = '', , signature = ''] = jws.split('.');
  return JSON.stringify({ runId, deviceId, json, protected: head, signature });
}

export interface CertificateSource {
  serial: string;
  fingerprint: string;
  runId: string;
  deviceId: string;
  issuer: string;
  der: Uint8Array;
}

export function certificateMessage({ der, ...source }: CertificateSource): string {
  const { serial, fingerprint, runId, deviceId, issuer } = source;
  return JSON.stringify({
    ...{ serial, fingerprint, runId, deviceId, issuer },
    der: Buffer.from(der).toString('base64'),
  });
}

export function lineOf({ position, kind, at, audit }: StoredMessage, body: string): string {
  return upLine(position, kind, at, audit, body);
}
