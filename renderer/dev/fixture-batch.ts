import type { BatchView } from '#contract/batches.ts';
import type { JobView } from '#contract/jobs.ts';

export const BATCH_ID = '7f6d1c1e-7a39-4d3e-9d0a-3b1f0e5a9c11';

export const titles = [
  'Identify',
  'Initialize',
  'OEM root key',
  'Program',
  'Verify',
  'Boot certificates',
  'Boot application',
  'Enrol QDID',
  'Quality gate',
  'CSR',
  'Issue IDevID',
  'Inject',
  'Prove',
  'Lock',
  'Read back',
];

export const job: JobView = {
  id: 'TH4',
  name: 'Thermostat v4',
  revision: 12,
  checksum: '9F3C 11A0',
  sha256: '9f3c11a0'.repeat(8),
  target: 'ra8m1',
  targetTitle: 'RA8M1',
  rootOfTrust: 'qdid',
  allowance: { total: 10_000, left: 8614 },
  images: [{ name: 'thermostat.srec', sha256: 'ab'.repeat(32), bytes: 327_680, says: null }],
  phases: titles.map((title) => ({
    id: title.toLowerCase().replaceAll(' ', '-'),
    title,
    irreversible: title === 'Lock',
  })),
  keptFor: null,
  demoTraveller: 'TRV-26-11-0417',
};

/** The batch of the design's reference picture. */
export function batch(state: string): BatchView {
  const closed = state === 'closed' || state === 'exported';
  const fresh = state === 'fresh';
  return {
    id: BATCH_ID,
    job,
    traveller: 'TRV-26-11-0417',
    lot: '26-11-0417',
    quantity: 2000,
    state: closed ? 'closed' : state === 'paused' ? 'paused' : 'open',
    openedBy: 'Mara Lindt',
    openedAt: '2026-11-23T04:40:00.000Z',
    closedAt: closed ? '2026-11-23T08:40:00.000Z' : null,
    counts: fresh
      ? { made: 0, failed: 0, unknown: 0, running: 0, attempts: 0, debited: 0 }
      : {
          made: 1386,
          failed: 11,
          unknown: closed ? 0 : 1,
          running: closed ? 0 : 3,
          attempts: 1409,
          debited: 1391,
        },
    yield: fresh ? null : 0.9921,
    unitsPerHour: fresh ? null : 611,
    secondsPerUnit: fresh ? null : 23.4,
    readyAt: fresh ? null : '2026-11-23T14:52:00.000Z',
    pareto: fresh
      ? []
      : [
          { code: 'no-answer', label: 'No contact', count: 6 },
          { code: 'limit', label: 'Bit error > 12 %', count: 3 },
          { code: 'verify-mismatch', label: 'Verify', count: 2 },
        ],
    slowest: fresh ? null : { phase: 'program', share: 0.71, wireShare: 0.98 },
    exportFolder: state === 'exported' ? '/var/lib/rootline/exports/26-11-0417' : null,
  };
}
