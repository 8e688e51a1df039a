import type { Answer, OperationName } from '#cloud/contract/api.ts';
import {
  batches,
  certificates,
  events,
  items,
  orders,
  page,
  stations,
  targets,
  tokens,
  transfers,
} from './fixture-rows.ts';
import { hash, id, PEM, unitDetail, unitRows } from './fixture-units.ts';

export interface Asked {
  query: Record<string, string>;
  path: string;
}
export type Answers = { [O in OperationName]?: (asked: Asked) => Answer<O> };

function first<T>([row]: readonly T[]): T {
  if (row === undefined) throw new Error('The fixture has no such row.');
  return row;
}

const last = (path: string): string => decodeURIComponent(path.split('/').at(-1) ?? '');
/** A picture of a code: enough for looking at the screen around it. */
const picture = (seed: number): string => {
  const cells: string[] = [];
  for (let y = 0; y < 29; y += 1)
    for (let x = 0; x < 29; x += 1)
      if ((x * 7 + y * 13 + seed * 5 + x * y) % 5 < 2) cells.push(`M${x} ${y}h1v1h-1z`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 33 33"><path fill="#fff" d="M-2-2h33v33h-33z"/><path d="${cells.join('')}"/></svg>`;
};

const session: Answer<'session'> = {
  label: 'Ines Halder',
  role: 'admin',
  tenant: { id: id(1), name: 'Halder Devices' },
  rootFingerprint: hash(7),
  cloud: 'Halder cloud',
  version: '0.1.0',
};

const overview: Answer<'overview'> = {
  units: { passed: 184_204, failed: 1386, unknown: 3, today: 4212, total: 185_593 },
  stations: { total: 6, online: 2, late: 1, revoked: 1, invited: 1 },
  batches: { open: 2, closed: 143 },
  certificates: { active: 184_190, revoked: 14 },
  orders: { open: 4, allowance: 24_000, used: 15_386 },
  onboarding: { waiting: 37, registered: 184_150, dead: 3 },
  records: { verified: 184_167, waiting: 36, refused: 1 },
  alerts: [
    {
      id: 'forked',
      level: 'error',
      text: 'Brno line 3 was heard from two places with one identity.',
      next: 'Find out which one is real. Revoke this entry and invite the real one again.',
      stationId: id(14),
    },
    {
      id: 'late',
      level: 'warning',
      text: 'Porto line 1 has not been heard of for 3 d.',
      next: 'Ask the people there whether it is switched on and has a line.',
      stationId: id(12),
    },
    {
      id: 'dead',
      level: 'warning',
      text: '3 devices were given up at Plant broker.',
      next: 'Open the target, read the reasons, and try them again.',
      stationId: null,
    },
  ],
};

const invitationView: Answer<'inviteStation'> = {
  stationId: id(15),
  name: 'Lab bench 2',
  code: 'K7QW-2MZD-PX4H-NB6T',
  expiresAt: '2026-11-26T10:12:00.000Z',
  text: `RLJ1;U=https://cloud.halder.example:7443;C=K7QW-2MZD-PX4H-NB6T;F=${hash(7).slice(0, 16)}`,
  svg: picture(3),
  rootFingerprint: hash(7),
  file: '{}',
};

const stationOf = (path: string): Answer<'station'> =>
  stations.find(({ id: each }) => path.includes(each)) ?? first(stations);
const certificateOf = (path: string): Answer<'certificate'> => {
  const row = certificates.find(({ fingerprint }) => path.includes(fingerprint)) ?? first(certificates);
  return { ...row, pem: PEM };
};

/** Every operation that the screens ask, answered with a fleet in mid-shift. */
export const answers: Answers = {
  session: () => session,
  signIn: () => session,
  signOut: () => ({ done: true }),
  overview: () => overview,
  root: () => ({ root: 'MIIB', fingerprint: hash(7) }),
  invitation: () => ({
    format: 'rootline-invitation/1',
    cloud: session.cloud,
    tenant: session.tenant,
    stationUrl: 'https://cloud.halder.example:7444',
    root: 'MIIB',
    protocol: { min: 1, max: 1 },
  }),
  stations: ({ query }) => page(stations, query),
  station: ({ path }) => stationOf(path),
  inviteStation: () => invitationView,
  reinviteStation: () => invitationView,
  revokeStation: ({ path }) => ({ ...stationOf(path), state: 'revoked' }),
  batches: ({ query }) => page(batches, query),
  batch: ({ path }) => batches.find(({ id: each }) => path.includes(each)) ?? first(batches),
  units: ({ query }) => page(unitRows, query),
  unit: ({ path }) => ({
    ...unitDetail,
    unit: unitRows.find((row) => row.id === last(path)) ?? unitDetail.unit,
  }),
  certificates: ({ query }) => page(certificates, query),
  certificate: ({ path }) => certificateOf(path),
  revokeCertificate: () => first(certificates),
  crls: () => ({
    crls: [
      {
        issuer: 'CN=TH4 issuing CA',
        number: 14,
        thisUpdate: '2026-11-25T06:00:00.000Z',
        nextUpdate: '2026-12-02T06:00:00.000Z',
        revoked: 14,
        der: 'MIIB',
      },
    ],
  }),
  orders: ({ query }) => page(orders, query),
  createOrder: () => first(orders),
  withdrawOrder: () => first(orders),
  tokens: () => ({ tokens }),
  createToken: () => ({
    token: 'rlt_8d1c0a52b7f4e96310f2_Zq8nT3vW5yB1kM7cX4hJ9pL2sD6gF0aR',
    view: first(tokens),
  }),
  revokeToken: () => first(tokens),
  events: ({ query }) => page(events, query),
  targets: () => ({ targets }),
  createTarget: () => first(targets),
  checkTarget: () => first(targets),
  pauseTarget: () => first(targets),
  targetItems: ({ query }) => page(items, query),
  retryItems: () => ({ retried: 3 }),
  registerAgain: () => ({ again: 184_164 }),
  transfers: ({ query }) => page(transfers, query),
  putFrames: () => ({ ...first(transfers), direction: 'up', state: 'applied', reason: null, missing: [] }),
  writeTransfer: () => ({
    ...first(transfers),
    parts: 2,
    files: [
      { name: 'halder-9-1of2.rlc', bytes: 67_108_864 },
      { name: 'halder-9-2of2.rlc', bytes: 18_220_031 },
    ],
  }),
  getFrames: () => ({
    frames: Array.from({ length: 7 }, (_, index) => ({ text: `RLQ1 ${index}`, svg: picture(index) })),
  }),
};
