import { z } from 'zod';
import { channel, instant, shortText } from './channel.ts';
import { errorView } from './errors.ts';
import { measurement, phaseView } from './sites.ts';

export const unitOutcome = z.enum(['running', 'passed', 'failed', 'unknown']);

export const unitRow = z.strictObject({
  /** Device id where the unit has one, else `uid:` and the chip's unique id. */
  id: z.string(),
  chipUid: z.string().nullable(),
  deviceId: z.string().nullable(),
  serial: z.string().nullable(),
  outcome: unitOutcome,
  failure: z.string().nullable(),
  batchId: z.string(),
  lot: z.string(),
  site: z.string(),
  attempts: z.number().int(),
  at: instant,
});
export type UnitRow = z.infer<typeof unitRow>;

export const certificateView = z.strictObject({
  pem: z.string(),
  fingerprint: z.string(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  notBefore: z.string(),
  notAfter: z.string(),
  publicKey: z.string(),
  extensions: z.array(z.strictObject({ name: z.string(), critical: z.boolean(), value: z.string() })),
});

export const timelineEntry = z.strictObject({
  sequence: z.number().int(),
  at: instant,
  runId: z.string(),
  attempt: z.number().int(),
  kind: z.enum(['run', 'phase', 'intent', 'evidence', 'read-back', 'outcome']),
  title: z.string(),
  detail: z.string(),
  state: z.enum(['neutral', 'ok', 'failed', 'unknown']),
});

export type TimelineEntry = z.infer<typeof timelineEntry>;

export const unitDetail = z.strictObject({
  unit: unitRow,
  job: z.string(),
  operator: z.string(),
  attempts: z.array(
    z.strictObject({
      runId: z.string(),
      attempt: z.number().int(),
      site: z.string(),
      outcome: unitOutcome,
      startedAt: instant,
      seconds: z.number().nullable(),
      phases: z.array(phaseView),
      error: errorView.nullable(),
    }),
  ),
  measurements: z.array(measurement),
  timeline: z.array(timelineEntry),
  certificate: certificateView.nullable(),
  /** The signed record (compact JWS) once the unit has passed. */
  record: z.strictObject({ json: z.string(), jws: z.string() }).nullable(),
  /** SHA-256 of the public key that the unit's private key is sealed for in the record, hex. Null: it was not kept. */
  keptFor: z.string().nullable(),
});
export type UnitDetail = z.infer<typeof unitDetail>;

export const unitFilter = z.strictObject({
  /** Prefix of device id, chip UID, serial or lot. Empty = all. */
  text: z.string().trim().max(128),
  outcome: unitOutcome.nullable(),
  batchId: z.uuid().nullable(),
});

export const unitChannels = {
  /** Newest first, keyset paging: `after` is the `cursor` of the page before. */
  'units.search': channel(
    'signed-in',
    z.strictObject({
      filter: unitFilter,
      after: z.string().max(64).nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    z.strictObject({
      rows: z.array(unitRow),
      cursor: z.string().nullable(),
      total: z.number().int().nullable(),
    }),
  ),
  'units.get': channel('signed-in', z.strictObject({ unitId: shortText }), unitDetail),
  /** What the filter shows, as CSV into the exports folder. */
  'units.export': channel(
    'signed-in',
    z.strictObject({ filter: unitFilter }),
    z.strictObject({ file: z.string(), rows: z.number().int() }),
  ),
};
