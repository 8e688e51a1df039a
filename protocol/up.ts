import { z } from 'zod';
import { base64, count, instant, name, sha256Hex, uuid } from './shapes.ts';

/**
 * Messages from a station: one line of JSON each, in the order of the station's chain. Readers take unknown fields and
 * unknown kinds for those of a newer station: kept as they came, shown when the reader knows them.
 */
const outcome = z.enum(['passed', 'failed', 'unknown']);

export const batchBody = z.object({
  id: uuid,
  jobId: z.string(),
  jobName: z.string(),
  jobRevision: z.number().int(),
  jobSha256: z.string(),
  traveller: z.string(),
  lot: z.string(),
  quantity: count,
  state: z.enum(['open', 'paused', 'closed']),
  openedBy: z.string(),
  openedAt: instant,
  closedAt: instant.nullable(),
  counts: z.object({ made: count, failed: count, unknown: count, attempts: count, debited: count }),
});

/** A run that ended, or was decided after it had been unknown: the later one of a run counts. */
export const attemptBody = z.object({
  runId: z.string(),
  batchId: uuid,
  jobId: z.string(),
  jobRevision: z.number().int(),
  lot: z.string(),
  site: z.string(),
  operator: z.string(),
  attempt: count,
  chipUid: z.string().nullable(),
  deviceId: z.string().nullable(),
  serial: z.string().nullable(),
  outcome,
  code: z.string().nullable(),
  what: z.string().nullable(),
  startedAt: instant,
  endedAt: instant,
  seconds: z.number(),
  /** Whether this run holds one unit of the allowance after it has ended. */
  debited: z.boolean(),
});

export const certificateBody = z.object({
  serial: z.string(),
  fingerprint: sha256Hex,
  runId: z.string(),
  deviceId: z.string(),
  issuer: z.string(),
  der: base64,
});

/** The signed record of a passed unit; the compact JWS is `protected.base64url(json).signature`. */
export const recordBody = z.object({
  runId: z.string(),
  deviceId: z.string().nullable(),
  json: z.string(),
  protected: z.string(),
  signature: z.string(),
});

/** Signed head of the station's audit chain (docs/store.md). */
export const checkpointBody = z.object({ sequence: count, jws: z.string() });

/** What became of a message from the cloud. */
export const receiptBody = z.object({
  sequence: count,
  kind: z.string(),
  id: z.string(),
  outcome: z.enum(['applied', 'refused']),
  reason: z.string().nullable(),
});

/** State of one unit at one onboarding target that this station registers at. */
export const onboardingBody = z.object({
  target: name,
  fingerprint: sha256Hex,
  state: z.enum(['waiting', 'registered', 'dead', 'revoked']),
  reason: z.string().nullable(),
});

/**
 * List of revoked certificates that a station signed with its issuing CA, after a `revocations` message: nobody else
 * has that key (docs/decisions/0009-who-signs-crls.md). `issuer`: SHA-256 of the CA's certificate.
 */
export const crlBody = z.object({ issuer: sha256Hex, number: count, der: base64.max(200_000) });

export const upBodies = {
  batch: batchBody,
  attempt: attemptBody,
  certificate: certificateBody,
  record: recordBody,
  checkpoint: checkpointBody,
  receipt: receiptBody,
  onboarding: onboardingBody,
  crl: crlBody,
} as const;
export type UpKind = keyof typeof upBodies;
export type UpBody<K extends UpKind> = z.infer<(typeof upBodies)[K]>;

/** `p` position in the chain, `k` kind, `at` when the station wrote it, `a` head of its audit chain then, `b` body. */
export const upMessage = z.object({
  p: z.number().int().min(1),
  k: z.string().max(32),
  at: instant,
  a: count,
  b: z.record(z.string(), z.unknown()),
});
export type UpMessage = z.infer<typeof upMessage>;

/** Largest line, bytes: a record of about 8 KiB is usual. */
export const MAX_LINE_BYTES = 256 * 1024;

/** The line of a message. Key order is part of it: what is hashed is these bytes. */
export function upLine(position: number, kind: UpKind, at: string, audit: number, body: string): string {
  return `{"p":${position},"k":"${kind}","at":"${at}","a":${audit},"b":${body}}`;
}
