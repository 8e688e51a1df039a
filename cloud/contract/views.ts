import { z } from 'zod';
import { base64, count, instant, name, sha256Hex, uuid } from '#protocol/shapes.ts';
import { consoleRole } from './operation.ts';

export const sessionView = z.strictObject({
  label: z.string(),
  role: consoleRole,
  tenant: z.strictObject({ id: uuid, name }),
  /** SHA-256 of the cloud's root certificate: what people compare when a station joins. */
  rootFingerprint: sha256Hex,
  cloud: z.string(),
  version: z.string(),
});
export type SessionView = z.infer<typeof sessionView>;

export const overviewView = z.strictObject({
  units: z.strictObject({ passed: count, failed: count, unknown: count, today: count, total: count }),
  stations: z.strictObject({ total: count, online: count, late: count, revoked: count, invited: count }),
  batches: z.strictObject({ open: count, closed: count }),
  certificates: z.strictObject({ active: count, revoked: count }),
  orders: z.strictObject({ open: count, allowance: count, used: count }),
  onboarding: z.strictObject({ waiting: count, registered: count, dead: count }),
  /** Records whose signature was checked, is still to be checked, did not hold. */
  records: z.strictObject({ verified: count, waiting: count, refused: count }),
  /** What somebody should look at, worst first. */
  alerts: z.array(
    z.strictObject({
      id: z.string(),
      level: z.enum(['warning', 'error']),
      text: z.string(),
      next: z.string(),
      stationId: uuid.nullable(),
    }),
  ),
});
export type OverviewView = z.infer<typeof overviewView>;

/** `late`: joined, and not heard of for longer than a day; an air-gapped station is never late, it has `courier` true. */
export const stationState = z.enum(['invited', 'online', 'offline', 'late', 'forked', 'revoked']);
export const stationView = z.strictObject({
  id: uuid,
  name,
  state: stationState,
  courier: z.boolean(),
  version: z.string().nullable(),
  joinedAt: instant.nullable(),
  lastContact: instant.nullable(),
  /** Messages that the station said are waiting, and how old the oldest was. */
  waiting: count,
  oldestAt: instant.nullable(),
  epoch: count,
  position: count,
  /** Station's clock minus ours at the last contact, seconds. */
  clockOffset: z.number().nullable(),
  certificateEnds: instant.nullable(),
  /** SHA-256 of the station's line key: as its own screen shows it. */
  keyFingerprint: sha256Hex.nullable(),
  downHead: count,
  downApplied: count,
  units: count,
  problem: z.string().nullable(),
});
export type StationView = z.infer<typeof stationView>;

export const invitationView = z.strictObject({
  stationId: uuid,
  name,
  code: z.string(),
  expiresAt: instant,
  /** For a QR code: protocol/join.ts, joinText. */
  text: z.string(),
  svg: z.string(),
  rootFingerprint: sha256Hex,
  /** invitation file for a station without a line. */
  file: z.string(),
});
export type InvitationView = z.infer<typeof invitationView>;

export const batchRow = z.strictObject({
  id: uuid,
  stationId: uuid,
  station: z.string(),
  jobId: z.string(),
  jobName: z.string(),
  jobRevision: z.number().int(),
  lot: z.string(),
  traveller: z.string(),
  quantity: count,
  state: z.enum(['open', 'paused', 'closed']),
  openedAt: instant,
  closedAt: instant.nullable(),
  made: count,
  failed: count,
  unknown: count,
  debited: count,
});
export type BatchRow = z.infer<typeof batchRow>;

export const unitRow = z.strictObject({
  /** Device id, or `uid:` and the chip's unique id. */
  id: z.string(),
  chipUid: z.string().nullable(),
  deviceId: z.string().nullable(),
  serial: z.string().nullable(),
  outcome: z.enum(['passed', 'failed', 'unknown']),
  failure: z.string().nullable(),
  stationId: uuid,
  station: z.string(),
  batchId: uuid,
  lot: z.string(),
  at: instant,
  revoked: z.boolean(),
});
export type UnitRow = z.infer<typeof unitRow>;

export const timelineEntry = z.strictObject({
  at: instant,
  kind: z.enum(['attempt', 'certificate', 'record', 'onboarding', 'revocation', 'event']),
  title: z.string(),
  detail: z.string(),
  state: z.enum(['neutral', 'ok', 'failed', 'unknown']),
});

export const certificateRow = z.strictObject({
  fingerprint: sha256Hex,
  serial: z.string(),
  deviceId: z.string().nullable(),
  subject: z.string(),
  issuer: z.string(),
  notBefore: instant,
  notAfter: instant,
  state: z.enum(['active', 'revoked']),
  revokedAt: instant.nullable(),
  reason: z.string().nullable(),
  stationId: uuid.nullable(),
  station: z.string().nullable(),
});
export type CertificateRow = z.infer<typeof certificateRow>;

export const unitDetail = z.strictObject({
  unit: unitRow,
  timeline: z.array(timelineEntry),
  certificates: z.array(certificateRow.extend({ pem: z.string() })),
  record: z
    .strictObject({
      json: z.string(),
      jws: z.string(),
      state: z.enum(['waiting', 'verified', 'refused']),
      reason: z.string().nullable(),
    })
    .nullable(),
  onboarding: z.array(
    z.strictObject({
      targetId: uuid,
      target: z.string(),
      state: z.enum(['waiting', 'registered', 'dead', 'revoked']),
      reason: z.string().nullable(),
      at: instant,
    }),
  ),
});
export type UnitDetail = z.infer<typeof unitDetail>;

export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
] as const;

export const orderView = z.strictObject({
  id: uuid,
  number: name,
  stationId: uuid,
  station: z.string(),
  jobId: z.string(),
  jobName: z.string(),
  revision: z.number().int(),
  allowance: count,
  used: count,
  state: z.enum(['waiting', 'applied', 'refused', 'withdrawn']),
  reason: z.string().nullable(),
  createdAt: instant,
  createdBy: z.string(),
});
export type OrderView = z.infer<typeof orderView>;

export const newOrder = z.strictObject({
  number: name,
  stationId: uuid,
  allowance: z.number().int().min(1).max(10_000_000),
  note: z.string().max(500).default(''),
  /** job.json, byte for byte; id, revision and name are read from it. */
  job: z.string().min(2).max(1_000_000),
  /** Uploaded before (`PUT /v1/api/blobs/{sha256}`). */
  files: z.array(z.strictObject({ name: z.string().min(1).max(200), sha256: sha256Hex })).max(32),
});

export const tokenView = z.strictObject({
  id: uuid,
  label: name,
  role: consoleRole,
  createdAt: instant,
  createdBy: z.string(),
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type TokenView = z.infer<typeof tokenView>;

export const eventRow = z.strictObject({
  sequence: count,
  at: instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
});
export type EventRow = z.infer<typeof eventRow>;

/**
 * How devices become known at a broker (docs/onboarding.md): each by the dynamic security plugin, each by an entry of the
 * broker's access file, or all of a CA at once.
 */
const targetMode = z.enum(['devices', 'devices-by-file', 'ca']);
/** Where the broker reads it, on the machine of this node; empty: none. */
const brokerFile = z.string().max(500).default('');

export const targetView = z.strictObject({
  id: uuid,
  name,
  kind: z.enum(['mosquitto']),
  mode: targetMode,
  url: z.string(),
  /** Batches' jobs whose units go there; empty: all. */
  jobs: z.array(z.string()),
  paused: z.boolean(),
  health: z.strictObject({ ok: z.boolean(), text: z.string(), at: instant }).nullable(),
  counts: z.strictObject({ waiting: count, retry: count, registered: count, dead: count, revoked: count }),
  ratePerSecond: z.number(),
});
export type TargetView = z.infer<typeof targetView>;

export const newTarget = z.strictObject({
  name,
  kind: z.enum(['mosquitto']),
  mode: targetMode,
  url: z
    .string()
    .regex(/^mqtts?:\/\/[^\s/]+$/)
    .max(300),
  /** Broker's CA, PEM. */
  ca: z.string().max(20_000),
  username: z.string().max(200).default(''),
  /** Sealed at rest, never shown again. */
  password: z.string().max(500).default(''),
  jobs: z.array(z.string().max(64)).max(100).default([]),
  ratePerSecond: z.number().min(0.1).max(100_000).default(2000),
  crlFile: brokerFile,
  pidFile: brokerFile,
  /** Mode `devices-by-file` and `ca`. */
  aclFile: brokerFile,
  /** Mode `ca`: where the broker looks CAs up by the hash of their subject. */
  caDirectory: brokerFile,
});

export const itemRow = z.strictObject({
  fingerprint: sha256Hex,
  name: z.string(),
  deviceId: z.string().nullable(),
  state: z.enum(['waiting', 'retry', 'registered', 'dead', 'revoke-waiting', 'revoked']),
  attempts: count,
  reason: z.string().nullable(),
  at: instant,
});

export const transferRow = z.strictObject({
  id: uuid,
  direction: z.enum(['up', 'down']),
  stationId: uuid,
  station: z.string(),
  number: count,
  state: z.enum(['collecting', 'applied', 'refused', 'written', 'acknowledged']),
  parts: count,
  bytes: count,
  missing: z.array(count),
  at: instant,
  reason: z.string().nullable(),
});
export type TransferRow = z.infer<typeof transferRow>;

export const crlView = z.strictObject({
  issuer: z.string(),
  number: count,
  thisUpdate: instant,
  nextUpdate: instant,
  revoked: count,
  der: base64,
});
