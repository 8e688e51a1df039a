import type { CertificateRow, UnitDetail, UnitRow } from '#cloud/contract/views.ts';

/** The same uuid for the same number. */
export const id = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** 64 hex digits that look like a hash, the same for the same number. */
export function hash(n: number): string {
  let state = (n * 2_654_435_761 + 97) >>> 0;
  let text = '';
  while (text.length < 64) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    text += state.toString(16).padStart(8, '0');
  }
  return text;
}

const SITES = ['Ulm line 1', 'Ulm line 2', 'Porto line 1'];
const NOW = Date.parse('2026-11-25T09:41:00.000Z');
const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

function unit(n: number): UnitRow {
  const outcome = n % 19 === 7 ? 'failed' : n === 11 ? 'unknown' : 'passed';
  const chipUid = hash(n + 500).slice(0, 32);
  const deviceId = outcome === 'passed' ? `TH4-${hash(n).slice(0, 12)}` : null;
  return {
    id: deviceId ?? `uid:${chipUid}`,
    chipUid,
    deviceId,
    serial: deviceId === null ? null : String(104_000 + n),
    outcome,
    failure:
      outcome === 'failed'
        ? 'Bit error 13.1 %, limit 12 %'
        : outcome === 'unknown'
          ? 'Cable lost during lock'
          : null,
    stationId: id(11 + (n % 3 === 2 ? 1 : 0)),
    station: SITES[n % 3] ?? '',
    batchId: id(31 + (n % 2)),
    lot: n % 2 === 0 ? '26-11-0417' : '26-11-0420',
    at: at(n * 0.7),
    revoked: n === 5,
  };
}

export const unitRows: UnitRow[] = Array.from({ length: 60 }, (_, n) => unit(n));

export const PEM = `-----BEGIN CERTIFICATE-----
MIIBzTCCAXOgAwIBAgIUH3vQ2mT0l2XkYw0qE5c1b8o9n1AwCgYIKoZIzj0EAwIw
LjEVMBMGA1UECgwMRGVtbyBEZXZpY2VzMRUwEwYDVQQDDAxUSDQgSXNzdWluZyAx
MCAXDTI2MTEyNTA5NDAwMFoYDzk5OTkxMjMxMjM1OTU5WjAyMRUwEwYDVQQKDAxE
-----END CERTIFICATE-----
`;

export function certificate(n: number): CertificateRow {
  const row = unit(n);
  return {
    fingerprint: hash(n + 900),
    serial: hash(n + 300).slice(0, 40),
    deviceId: row.deviceId,
    subject: `O=Demo Devices, CN=TH4-${hash(n).slice(0, 12)}`,
    issuer: 'O=Demo Devices, CN=TH4 issuing CA',
    notBefore: row.at,
    notAfter: '9999-12-31T23:59:59.000Z',
    state: row.revoked ? 'revoked' : 'active',
    revokedAt: row.revoked ? at(1) : null,
    reason: row.revoked ? 'keyCompromise' : null,
    stationId: row.stationId,
    station: row.station,
  };
}

export const unitDetail: UnitDetail = {
  unit: unit(0),
  timeline: [
    {
      at: at(3.4),
      kind: 'attempt',
      title: 'Attempt 1 failed',
      detail: 'No contact, site A3',
      state: 'failed',
    },
    { at: at(2.2), kind: 'attempt', title: 'Attempt 2 passed', detail: 'Site A1, 23.2 s', state: 'ok' },
    {
      at: at(2.1),
      kind: 'certificate',
      title: 'Certificate issued',
      detail: `Fingerprint ${hash(900)}`,
      state: 'neutral',
    },
    { at: at(2), kind: 'record', title: 'Record arrived', detail: `Hash ${hash(77)}`, state: 'neutral' },
    { at: at(1.9), kind: 'record', title: 'Signature holds', detail: 'Signed by Ulm line 1', state: 'ok' },
    {
      at: at(1.8),
      kind: 'onboarding',
      title: 'Registered at Plant broker',
      detail: 'Client and role made, 41 ms',
      state: 'ok',
    },
  ],
  certificates: [{ ...certificate(0), pem: PEM }],
  record: {
    json: JSON.stringify({ format: 'rootline-record/1', device: unit(0).deviceId, job: 'TH4', revision: 12 }),
    jws: 'eyJhbGciOiJFUzI1NiJ9.eyJmb3JtYXQiOiJyb290bGluZS1yZWNvcmQvMSJ9.c2lnbmF0dXJl',
    state: 'verified',
    reason: null,
  },
  onboarding: [
    { targetId: id(41), target: 'Plant broker', state: 'registered', reason: null, at: at(1.8) },
    {
      targetId: id(42),
      target: 'Spare broker',
      state: 'dead',
      reason: 'The broker refused the user that was given for administration.',
      at: at(1.5),
    },
  ],
};
