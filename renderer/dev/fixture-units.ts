import type { UnitDetail, UnitRow } from '#contract/units.ts';
import { sites } from './fixture-sites.ts';

const OUTCOMES: readonly UnitRow['outcome'][] = [
  'passed',
  'passed',
  'passed',
  'failed',
  'passed',
  'unknown',
  'passed',
];

/** Two hundred units of all outcomes. */
export function unitRows(batchId: string): UnitRow[] {
  return Array.from({ length: 200 }, (_, index) => {
    const outcome = OUTCOMES[index % OUTCOMES.length] ?? 'passed';
    const tail = (0x2d41_9c07 + index * 3).toString(16);
    return {
      id: `${tail}${'3e'.repeat(28)}`,
      chipUid: `4e4b3439303400${tail}`,
      deviceId: outcome === 'failed' ? null : `${tail}${'3e'.repeat(28)}`,
      serial: null,
      outcome,
      failure: outcome === 'failed' ? 'limit' : null,
      batchId,
      lot: '26-11-0417',
      site: `${'AB'[index % 2]}${(index % 4) + 1}`,
      attempts: 1 + (index % 2),
      at: new Date(Date.parse('2026-11-23T05:00:00Z') - index * 5900).toISOString(),
    };
  });
}

/** One unit with everything it can have. */
export function unitDetail(batchId: string): UnitDetail {
  const unit = unitRows(batchId)[0] as UnitRow;
  const phases = sites('running')[1]?.run?.phases ?? [];
  const failed = sites('running')[4]?.run;
  const entry = (
    sequence: number,
    kind: UnitDetail['timeline'][number]['kind'],
    title: string,
    detail: string,
  ) => ({
    sequence,
    at: `2026-11-23T05:00:${String(sequence).padStart(2, '0')}.000Z`,
    runId: 'r1',
    attempt: 1,
    kind,
    title,
    detail,
    state: kind === 'intent' || kind === 'run' ? ('neutral' as const) : ('ok' as const),
  });
  return {
    unit,
    job: 'TH4 rev 12',
    operator: 'Mara Lindt',
    attempts: [
      {
        runId: 'r1',
        attempt: 1,
        site: 'B1',
        outcome: 'failed',
        startedAt: unit.at,
        seconds: 20.3,
        phases: failed?.phases ?? [],
        error: failed?.error ?? null,
      },
      {
        runId: 'r2',
        attempt: 2,
        site: 'A2',
        outcome: 'passed',
        startedAt: unit.at,
        seconds: 23.2,
        phases,
        error: null,
      },
    ],
    measurements: phases.flatMap((phase) => phase.measurements),
    timeline: [
      entry(1, 'run', 'Run started', 'site A2, operator Mara Lindt'),
      entry(2, 'phase', 'Identify', 'R7FA8M1AH, boot firmware 1.2'),
      entry(3, 'phase', 'Program', '320 KiB in 9.8 s'),
      entry(4, 'intent', 'Lock', 'written before the act, allowance debited'),
      entry(5, 'evidence', 'Lock', 'LCK_BOOT read back from silicon'),
      entry(6, 'outcome', 'Passed', 'record signed'),
    ],
    certificate: {
      pem: `-----BEGIN CERTIFICATE-----\n${'MIIBxTCCAWugAwIBAgIUQ1'.repeat(6)}\n-----END CERTIFICATE-----`,
      fingerprint: 'ab'.repeat(32),
      subject: 'CN=TH4-2d419c07, O=Example Ltd, serialNumber=2D419C07',
      issuer: 'CN=Rootline demo issuing CA',
      serial: '4a1f22b3c4d5e6f708192a3b4c5d6e7f80910a1b',
      notBefore: '2026-11-23 05:00:00',
      notAfter: '9999-12-31 23:59:59',
      publicKey: 'EC P-256',
      extensions: [
        { name: 'Key usage', critical: true, value: 'digitalSignature' },
        { name: 'Authority key identifier', critical: false, value: '6f:11:…' },
      ],
    },
    record: {
      json: '{"format":"rootline-record/1","device":"2d41"}',
      jws: `eyJhbGciOiJFUzI1NiJ9.${'QUJD'.repeat(30)}`,
    },
    keptFor: null,
  };
}
