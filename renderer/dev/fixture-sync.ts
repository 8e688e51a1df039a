import { renderSVG } from 'uqr';
import type { SyncView, TransferView } from '#contract/sync.ts';

type Answer = (request: unknown) => unknown;

const now = Date.now();
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
const FINGERPRINT = '9f3c11a0b7d2e8455d0c3f7a11b29e64c08d7735fa4e9120be56d1837c0af249';
const KEY = '41d07be25a93fc18e06b2d5590c7138fa2e4b6019d3c8f7745ab60e21f98cd03';
const ERROR = {
  code: 'line-refused',
  what: 'Nobody answers at cloud.plant-north.example:7443.',
  chip: null,
  next: 'Look at the network cable and the proxy. The station goes on trying by itself.',
  retry: true,
};

function cloud(url = 'https://cloud.plant-north.example:7443') {
  return {
    name: 'Plant North',
    tenant: 'Thermo devices',
    url,
    fingerprint: FINGERPRINT,
    stationId: '7f6d1c1e-7a39-4d3e-9d0a-3b1f0e5a9c11',
    stationName: 'Station 04, hall 2',
    keyFingerprint: KEY,
    joinedAt: ago(90 * 1440),
    certificateEnds: ago(-41 * 1440),
  };
}

const base: SyncView = {
  state: 'online',
  cloud: cloud(),
  waiting: 0,
  oldestAt: null,
  acknowledged: 48_212,
  head: 48_212,
  rate: null,
  lastContact: ago(0),
  nextTryAt: null,
  error: null,
  decision: null,
  clockOffset: 0.2,
  settings: { bytesPerSecond: null, proxy: '', courierFolder: '' },
  received: [
    {
      at: ago(14),
      kind: 'order',
      title: 'Order TH4-26-118: 10,000 of Thermostat v4',
      outcome: 'applied',
      reason: null,
    },
    { at: ago(190), kind: 'revocation', title: 'Revocation of 2 devices', outcome: 'applied', reason: null },
    {
      at: ago(2 * 1440),
      kind: 'order',
      title: 'Order MT2-26-031',
      outcome: 'refused',
      reason: 'It is made out for station 07.',
    },
  ],
};
const far = { waiting: 4212, oldestAt: ago(3 * 1440), acknowledged: 44_000, lastContact: ago(3 * 1440) };
const none: SyncView = {
  ...base,
  ...{ state: 'none', cloud: null, lastContact: null, clockOffset: null, received: [], acknowledged: 0 },
};

const VIEWS: Record<string, SyncView> = {
  none,
  connecting: { ...base, state: 'connecting', waiting: 12, oldestAt: ago(2) },
  online: base,
  draining: {
    ...base,
    ...far,
    waiting: 2718,
    rate: { recordsPerSecond: 412.4, bytesPerSecond: 97_000, secondsLeft: 184 },
    lastContact: ago(0),
  },
  offline: { ...base, ...far, state: 'offline', nextTryAt: ago(-0.6), error: ERROR, clockOffset: null },
  paused: { ...base, ...far, state: 'paused' },
  stopped: { ...base, ...far, state: 'stopped', decision: 'restored', clockOffset: 14 },
  blocked: {
    ...base,
    ...far,
    state: 'stopped',
    clockOffset: -86_400,
    cloud: { ...cloud(), certificateEnds: ago(3 * 1440) },
    error: {
      code: 'station-blocked',
      what: 'The cloud has blocked this station.',
      chip: null,
      next: 'Ask whoever runs the cloud why, then press Try now.',
      retry: true,
    },
  },
  courier: {
    ...base,
    ...far,
    state: 'courier',
    cloud: cloud(''),
    settings: { bytesPerSecond: null, proxy: '', courierFolder: '/srv/courier' },
  },
};

const transfer = (change: Partial<TransferView>): TransferView => ({
  ...{ direction: 'up', number: 12, at: ago(8), state: 'written', records: 4212, parts: 3 },
  ...{ bytes: 12_400_000, missing: [], reason: null },
  ...change,
});
const transfers: TransferView[] = [
  transfer({}),
  transfer({
    direction: 'down',
    number: 7,
    state: 'collecting',
    records: 0,
    parts: 4,
    missing: [2, 4],
    at: ago(30),
  }),
  transfer({ number: 11, state: 'acknowledged', records: 18_204, parts: 1, at: ago(7 * 1440) }),
  transfer({
    ...{
      direction: 'down',
      number: 6,
      state: 'refused',
      records: 0,
      parts: 1,
      at: ago(8 * 1440),
      bytes: 48_000,
    },
    reason: {
      code: 'altered',
      what: 'The file was changed or damaged after it was sealed.',
      chip: null,
      next: 'Copy it again from the cloud.',
      retry: false,
    },
  }),
  transfer({
    direction: 'down',
    number: 5,
    state: 'applied',
    records: 14,
    parts: 1,
    at: ago(9 * 1440),
    bytes: 48_000,
  }),
];
const target = {
  id: '0b8f2a52-9c44-4c0e-8f0b-5a1f6f0d7a10',
  name: 'Plant broker',
  mode: 'devices',
  url: 'mqtts://broker.plant-north.example:8883',
  paused: false,
  health: { ok: true, text: 'Mosquitto 2.0.11, dynamic security', at: ago(1) },
  counts: { waiting: 8, retry: 2, registered: 47_991, dead: 3, revoked: 14 },
};
const targets = [
  target,
  {
    ...target,
    id: '1b8f2a52-9c44-4c0e-8f0b-5a1f6f0d7a11',
    name: 'Test field',
    mode: 'ca',
    url: 'mqtts://10.4.0.7:8883',
    health: { ok: false, text: 'The certificate of the broker has ended', at: ago(40) },
    counts: { waiting: 0, retry: 0, registered: 2, dead: 0, revoked: 0 },
  },
];
const dead = Array.from({ length: 3 }, (_, index) => ({
  fingerprint: `${index}`.repeat(64),
  name: `TH4-${index}`,
  deviceId: `${(0x2d41_9c07 + index).toString(16)}${'3e'.repeat(28)}`,
  attempts: 6 + index,
  reason: 'The broker refuses the group “thermostats”: there is none of that name.',
  at: ago(12 + index),
}));

/** The line as the header shows it, for the states that are about it. */
export function lineOf(state: string): { state: string; waiting: number; since: string | null } | null {
  const view = VIEWS[state.replace(/^sync-/, '')];
  if (view === undefined) return null;
  const { waiting, lastContact } = view;
  return { state: view.state === 'connecting' ? 'offline' : view.state, waiting, since: lastContact };
}

/** What the fixture station says of line, courier and targets; `state` of the gallery: `sync-<one of VIEWS>`. */
export function syncAnswers(state: string): Record<string, Answer> {
  const view = VIEWS[state.replace(/^sync-/, '')] ?? VIEWS['offline'];
  const found = { cloud: 'Plant North', tenant: 'Thermo devices', fingerprint: FINGERPRINT };
  const empty = state === 'sync-none';
  return {
    'sync.get': () => view,
    'sync.now': () => view,
    'sync.pause': () => view,
    'sync.settings': () => view,
    'sync.goOn': () => base,
    'sync.waiting': () => ({
      kinds:
        view?.waiting === 0
          ? []
          : [
              { kind: 'unit', title: 'Units with their record', count: 1386, oldestAt: ago(3 * 1440) },
              { kind: 'attempt', title: 'Attempts', count: 1409, oldestAt: ago(3 * 1440) },
              { kind: 'certificate', title: 'Certificates', count: 1386, oldestAt: ago(3 * 1440) },
              { kind: 'batch', title: 'Batches', count: 31, oldestAt: ago(2 * 1440) },
            ],
    }),
    'sync.look': () => ({ ...found, url: 'https://cloud.plant-north.example:7443' }),
    'sync.lookFile': () => found,
    'sync.join': () => ({ ...base, waiting: 4212 }),
    'sync.joinFile': () => ({ file: '/media/stick/rootline-join-request.json' }),
    'sync.membershipFile': () => VIEWS['courier'],
    'courier.list': () => ({ transfers: empty ? [] : transfers }),
    'courier.places': () => ({
      places: empty
        ? []
        : [
            { path: '/media/operator/KINGSTON', title: 'KINGSTON, USB stick', freeBytes: 14_200_000_000 },
            { path: '/srv/courier', title: 'Watched folder', freeBytes: 212_400_000_000 },
          ],
    }),
    'courier.write': () =>
      state === 'sync-full'
        ? { transfer: transfer({ state: 'writing', parts: 2 }), complete: false, files: ['a', 'b'] }
        : { transfer: transfer({}), complete: true, files: ['a', 'b', 'c'] },
    'courier.read': () => ({
      transfers: transfers.filter(({ direction }) => direction === 'down'),
      messages: ['1 file on the stick is for another station and was left alone.'],
    }),
    'courier.cancel': () => ({ done: true }),
    'courier.frames': () => ({
      frames: [1, 2, 3].map((n) => {
        const text = `RLQ1;${n};3;${'A7'.repeat(180)}`;
        return { text, svg: renderSVG(text) };
      }),
    }),
    'courier.frame': () => ({ have: 2, total: 3, transfer: null }),
    'onboarding.targets': () => ({ targets: empty ? [] : targets }),
    'onboarding.check': () => target,
    'onboarding.pause': () => target,
    'onboarding.add': () => target,
    'onboarding.remove': () => ({ done: true }),
    'onboarding.dead': () => ({ rows: dead, cursor: null }),
    'onboarding.retry': () => ({ retried: 3 }),
  };
}
