import { batch, BATCH_ID, job } from './fixture-batch.ts';
import { benchAnswers } from './fixture-bench.ts';
import { sites } from './fixture-sites.ts';
import { lineOf, syncAnswers } from './fixture-sync.ts';
import { unitDetail, unitRows } from './fixture-units.ts';

type Answer = (request: unknown) => unknown;

const now = Date.now();
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

const station = {
  name: 'Station 04, hall 2',
  brand: 'Rootline',
  version: '0.1.0',
  demo: true,
  vault: { kind: 'demo-file', locked: false },
  line: { state: 'offline', waiting: 4212, since: ago(3 * 1440) },
  driver: { state: 'ready', pid: 4711, restarts: 0 },
  warnings: [
    {
      id: 'ca',
      level: 'warning',
      text: 'The issuing CA expires in 41 days.',
      next: 'Ask the security officer to renew it.',
    },
  ],
  diskFreeBytes: 212_400_000_000,
  startedAt: ago(190),
};
const people = [
  { id: 'op', name: 'Mara Lindt', role: 'operator', pin: '1234' },
  { id: 'en', name: 'Jonas Weber', role: 'engineer', pin: '2345' },
  { id: 'so', name: 'Ines Ortega', role: 'officer', pin: '3456' },
];
const checks = [
  { id: 'sites', title: 'Sites', state: 'ok', detail: '4 of 4 online, self-test passed', next: null },
  {
    id: 'key',
    title: 'Keys',
    state: 'warning',
    detail: 'Demo key file',
    next: 'Fine for a demo, not for sale.',
  },
  { id: 'ca', title: 'Issuing CA', state: 'ok', detail: 'Valid until 2036-11-23', next: null },
  { id: 'allowance', title: 'Allowance', state: 'ok', detail: '2,000 wanted, 8,614 left', next: null },
  { id: 'disk', title: 'Disk', state: 'ok', detail: '212.4 GB free', next: null },
];

/** Every answer of the fixture station, by channel. */
export function answers(state: string, role: string): Record<string, Answer> {
  const signedOut = state === 'sign-in';
  const person = people.find((candidate) => candidate.role === role) ?? { id: 'au', name: 'Ada Kern', role };
  const open = ['prepare', 'idle', 'kept-keys'].includes(state) ? null : batch(state);
  const fingerprint = state === 'kept-keys' ? '9b4e07d2'.repeat(8) : null;
  const keptFor = fingerprint === null ? null : { fingerprint };
  const session = { person: { id: person.id, name: person.name, role: person.role }, signedInAt: ago(60) };
  return {
    ...syncAnswers(state),
    'station.get': () => ({ ...station, line: lineOf(state) ?? station.line }),
    'station.about': () => ({
      version: '0.1.0',
      notices: 'react 19.3.1, MIT\n\nCopyright (c) Meta Platforms',
    }),
    'session.people': () => ({ people }),
    'session.current': () => ({ session: signedOut ? null : session }),
    'session.signIn': () => session,
    'session.signOut': () => ({ done: true }),
    'jobs.list': () => ({
      jobs: [
        { ...job, keptFor },
        { ...job, id: 'METER-2', name: 'Meter radio', allowance: { total: 500, left: 0 } },
        { ...job, id: 'PUMP-1', name: 'Pump control', target: 'esp32c3', targetTitle: 'ESP32C3' },
      ],
    }),
    'batches.current': () => ({ batch: open?.state === 'closed' ? null : open }),
    'batches.get': () => batch(state),
    'batches.preflight': () => ({ ok: true, checks }),
    'batches.export': () => ({ folder: '/var/lib/rootline/exports/26-11-0417', units: 1386, files: 2776 }),
    'scan.resolve': () => ({
      kind: 'traveller',
      traveller: 'TRV-26-11-0417',
      jobId: job.id,
      lot: '26-11-0417',
      quantity: 2000,
    }),
    'sites.list': () => ({ sites: state === 'no-sites' ? [] : sites(state) }),
    'units.search': () => ({
      rows: state === 'no-units' ? [] : unitRows(BATCH_ID),
      cursor: null,
      total: 200,
    }),
    'units.get': () => ({ ...unitDetail(BATCH_ID), keptFor: fingerprint }),
    ...benchAnswers(state),
  };
}
