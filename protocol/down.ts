import { z } from 'zod';
import { chainPlace, credentials } from './line.ts';
import { base64, certificateChain, count, instant, name, sha256Hex, uuid } from './shapes.ts';

/**
 * Messages to a station: compact JWS (ES256, `typ: rootline-down+json`, `x5c` = the tenant's signing certificate up to
 * but without the root), numbered per station without a gap. The payload is a `downMessage`.
 */
export const DOWN_TYPE = 'rootline-down+json';

/** A job with what may be made of it. A second order for the same revision adds to the allowance. */
export const orderBody = z.object({
  orderId: uuid,
  /** As people call it. */
  number: name,
  jobId: z.string().max(64),
  revision: z.number().int(),
  name,
  allowance: z.number().int().min(1).max(10_000_000),
  note: z.string().max(500),
  /** job.json, byte for byte. */
  job: z.string().max(1_000_000),
  /** Files that the job names, fetched by hash. */
  files: z.array(z.object({ name: z.string().max(200), sha256: sha256Hex, bytes: count })).max(32),
});
export type OrderBody = z.infer<typeof orderBody>;

/** Takes back what is left of an order; what was made stays made. */
export const withdrawBody = z.object({
  orderId: uuid,
  jobId: z.string(),
  revision: z.number().int(),
  reason: z.string().max(300),
});

/** Certificates revoked since the last message of this kind, and the list that says so. */
export const revocationsBody = z.object({
  revoked: z
    .array(
      z.object({
        fingerprint: sha256Hex,
        serial: z.string(),
        deviceId: z.string().nullable(),
        reason: z.string(),
        at: instant,
      }),
    )
    .max(10_000),
  crl: z.object({ issuer: z.string(), number: count, der: base64 }).nullable(),
});

/** Certificates that the station trusts from now on, beside those it has: a renewed signer or courier key. */
export const trustBody = z.object({ tenantSigner: certificateChain, tenantCourier: certificateChain });

/** Null leaves a setting to the station. */
export const policyBody = z.object({
  bytesPerSecond: z.number().int().min(1024).nullable(),
  paused: z.boolean(),
});

/** New certificates of the station itself: how an expired one is recovered by courier. */
export const certificateBody = credentials;

/** How far the cloud holds the station's chain: the acknowledgement that travels by courier. */
export const ackBody = z.object({ place: chainPlace });

export const downBodies = {
  order: orderBody,
  withdraw: withdrawBody,
  revocations: revocationsBody,
  trust: trustBody,
  policy: policyBody,
  certificate: certificateBody,
  ack: ackBody,
} as const;
export type DownKind = keyof typeof downBodies;
export type DownBody<K extends DownKind> = z.infer<(typeof downBodies)[K]>;

export const downMessage = z.object({
  format: z.literal('rootline-down/1'),
  tenant: uuid,
  station: uuid,
  sequence: z.number().int().min(1),
  id: uuid,
  kind: z.string().max(32),
  at: instant,
  body: z.record(z.string(), z.unknown()),
});
export type DownMessage = z.infer<typeof downMessage>;
