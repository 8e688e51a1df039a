import type { Answer } from '#cloud/contract/api.ts';
import type {
  BatchRow,
  CertificateRow,
  EventRow,
  OrderView,
  StationView,
  TargetView,
  TokenView,
  TransferRow,
} from '#cloud/contract/views.ts';
import { certificate, hash, id } from './fixture-units.ts';

const NOW = Date.now();
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
const DAY = 1440;

/** The first page of rows; the word of a search is looked for in the whole row. */
export function page<T>(rows: readonly T[], { text = '', state = 'all' }: Record<string, string>) {
  const word = text.toLowerCase();
  const found = rows.filter(
    (row) =>
      JSON.stringify(row).toLowerCase().includes(word) &&
      (state === 'all' || (row as { state?: string }).state === state),
  );
  return { rows: found, cursor: null };
}

const STATION: StationView = {
  id: id(10),
  name: 'Ulm line 1',
  state: 'online',
  courier: false,
  version: '0.1.0',
  joinedAt: ago(120 * DAY),
  lastContact: ago(0.1),
  waiting: 0,
  oldestAt: null,
  epoch: 1,
  position: 104_233,
  clockOffset: 0.2,
  certificateEnds: ago(-83 * DAY),
  keyFingerprint: hash(21),
  downHead: 18,
  downApplied: 18,
  units: 84_204,
  problem: null,
};
export const stations: StationView[] = [
  STATION,
  {
    ...STATION,
    id: id(11),
    name: 'Ulm line 2',
    lastContact: ago(1.5),
    waiting: 412,
    oldestAt: ago(7),
    clockOffset: -34,
    units: 61_020,
    downApplied: 17,
  },
  {
    ...STATION,
    id: id(12),
    name: 'Porto line 1',
    state: 'late',
    lastContact: ago(3 * DAY),
    waiting: 4212,
    oldestAt: ago(3 * DAY + 40),
    certificateEnds: ago(-9 * DAY),
    clockOffset: 86_400,
    units: 38_110,
    problem: 'Its clock is a day fast.',
  },
  {
    ...STATION,
    id: id(13),
    name: 'Kastelholm cleanroom',
    state: 'offline',
    courier: true,
    lastContact: ago(11 * DAY),
    clockOffset: null,
    units: 2200,
  },
  {
    ...STATION,
    id: id(14),
    name: 'Brno line 3',
    state: 'forked',
    lastContact: ago(55),
    units: 60,
    problem: 'Message 61 came twice with different content.',
  },
  {
    ...STATION,
    id: id(15),
    name: 'Lab bench 2',
    state: 'invited',
    version: null,
    joinedAt: null,
    lastContact: null,
    clockOffset: null,
    certificateEnds: null,
    keyFingerprint: null,
    downHead: 0,
    downApplied: 0,
    epoch: 0,
    position: 0,
    units: 0,
  },
  {
    ...STATION,
    id: id(16),
    name: 'Ulm bench (sold)',
    state: 'revoked',
    lastContact: ago(40 * DAY),
    units: 999,
  },
];

function batch(n: number, change: Partial<BatchRow>): BatchRow {
  return {
    id: id(30 + n),
    stationId: id(10),
    station: 'Ulm line 1',
    jobId: 'TH4',
    jobName: 'Thermostat v4',
    jobRevision: 12,
    lot: `26-11-04${17 + n}`,
    traveller: `T-${7700 + n}`,
    quantity: 2000,
    state: 'closed',
    openedAt: ago(n * 300 + 200),
    closedAt: ago(n * 300),
    made: 2000,
    failed: 14,
    unknown: 0,
    debited: 2014,
    ...change,
  };
}
export const batches: BatchRow[] = [
  batch(1, { state: 'open', closedAt: null, made: 1386, failed: 11, unknown: 1, debited: 1398 }),
  batch(2, { state: 'paused', closedAt: null, made: 220, quantity: 500, station: 'Ulm line 2', failed: 0 }),
  batch(3, { jobName: 'Door sensor, northern countries edition', jobId: 'DS9', station: 'Porto line 1' }),
  ...[4, 5, 6, 7, 8].map((n) => batch(n, {})),
];

export const certificates: CertificateRow[] = Array.from({ length: 30 }, (_, n) => n)
  .filter((n) => certificate(n).deviceId !== null)
  .map(certificate);

function order(n: number, change: Partial<OrderView>): OrderView {
  return {
    id: id(50 + n),
    number: `PO-2026-${1840 + n}`,
    stationId: id(10),
    station: 'Ulm line 1',
    jobId: 'TH4',
    jobName: 'Thermostat v4',
    revision: 12,
    allowance: 6000,
    used: 4212,
    state: 'applied',
    reason: null,
    createdAt: ago(n * 700 + 30),
    createdBy: 'Jun Park',
    ...change,
  };
}
export const orders: OrderView[] = [
  order(1, { state: 'waiting', used: 0 }),
  order(2, {}),
  order(3, {
    station: 'Ulm line 2',
    state: 'refused',
    used: 0,
    reason: 'Its driver does not know the chip family ra9.',
  }),
  order(4, { state: 'withdrawn', reason: 'Customer cancelled.', used: 112 }),
];

export const targets: TargetView[] = [
  {
    id: id(41),
    name: 'Plant broker',
    kind: 'mosquitto',
    mode: 'devices',
    url: 'mqtts://broker.halder.example:8883',
    jobs: [],
    paused: false,
    health: { ok: true, text: 'Answers in 12 ms', at: ago(2) },
    counts: { waiting: 34, retry: 3, registered: 184_150, dead: 3, revoked: 14 },
    ratePerSecond: 2000,
  },
  {
    id: id(42),
    name: 'Spare broker',
    kind: 'mosquitto',
    mode: 'ca',
    url: 'mqtts://10.4.7.20:8883',
    jobs: ['TH4', 'DS9'],
    paused: false,
    health: { ok: false, text: 'The broker refused the user that was given for administration.', at: ago(6) },
    counts: { waiting: 200, retry: 0, registered: 0, dead: 0, revoked: 0 },
    ratePerSecond: 500,
  },
];

type Item = Answer<'targetItems'>['rows'][number];
const STATES: Item['state'][] = ['waiting', 'retry', 'registered', 'dead', 'revoked', 'registered'];
const REASONS: Partial<Record<Item['state'], string>> = {
  retry: 'The broker did not answer within 5 s.',
  dead: 'A client of this name exists with another certificate.',
};
export const items: Item[] = Array.from({ length: 24 }, (_, n) => {
  const state = STATES[n % STATES.length] ?? 'registered';
  return {
    fingerprint: hash(n + 900),
    name: `TH4-${hash(n).slice(0, 12)}`,
    deviceId: `TH4-${hash(n).slice(0, 12)}`,
    state,
    attempts: state === 'dead' ? 8 : 1,
    reason: REASONS[state] ?? null,
    at: ago(n * 3),
  };
});

function transfer(n: number, change: Partial<TransferRow>): TransferRow {
  return {
    id: id(60 + n),
    direction: 'up',
    stationId: id(13),
    station: 'Kastelholm cleanroom',
    number: 9 - n,
    state: 'applied',
    parts: 2,
    bytes: 85_328_895,
    missing: [],
    at: ago(n * DAY),
    reason: null,
    ...change,
  };
}
export const transfers: TransferRow[] = [
  transfer(0, { direction: 'down', state: 'written', parts: 1, bytes: 21_400, number: 5 }),
  transfer(1, { state: 'collecting', parts: 4, missing: [2, 4] }),
  transfer(2, {}),
  transfer(3, { state: 'refused', reason: 'Part 2 was altered on its way: its seal does not hold.' }),
  transfer(4, { direction: 'down', state: 'acknowledged', number: 4, parts: 1, bytes: 18_220 }),
];

export const tokens: TokenView[] = [
  {
    id: id(70),
    label: 'Ines Halder',
    role: 'admin',
    createdAt: ago(90 * DAY),
    createdBy: 'First start',
    lastUsedAt: ago(1),
    revokedAt: null,
  },
  {
    id: id(71),
    label: 'ERP import',
    role: 'planner',
    createdAt: ago(30 * DAY),
    createdBy: 'Ines Halder',
    lastUsedAt: null,
    revokedAt: null,
  },
  {
    id: id(72),
    label: 'Old laptop',
    role: 'admin',
    createdAt: ago(80 * DAY),
    createdBy: 'Ines Halder',
    lastUsedAt: ago(50 * DAY),
    revokedAt: ago(49 * DAY),
  },
];

const DONE = [
  ['station.invited', 'Lab bench 2', 'By network'],
  ['order.created', 'PO-2026-1841', 'Thermostat v4 rev 12, 6,000 units, Ulm line 1'],
  ['certificate.revoked', hash(905), 'keyCompromise'],
  ['token.created', 'ERP import', 'planner'],
] as const;
export const events: EventRow[] = Array.from({ length: 40 }, (_, n) => {
  const [action, subject, detail] = DONE[n % DONE.length] ?? DONE[0];
  return {
    sequence: 1386 - n,
    at: ago(n * 41),
    actor: n % 3 === 0 ? 'Jun Park' : 'Ines Halder',
    action,
    subject,
    detail,
  };
});
