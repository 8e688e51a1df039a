import { z } from 'zod';
import { base64, certificateChain, count, instant, name, sha256Hex, uuid } from './shapes.ts';

/**
 * Calls between a station and its cloud over mutual TLS 1.3 (docs/sync.md). Answers are read leniently (`z.object`):
 * a newer cloud may say more.
 */
const versions = z.object({ min: z.number().int(), max: z.number().int() });
export const chainPlace = z.object({ epoch: z.number().int().min(1), position: count, hash: sha256Hex });

/** `POST /v1/sync/hello`: who is there, where its chain ends, how much waits. The answer says where to go on. */
export const helloRequest = z.object({
  /** One per running station process: two at once under one identity are two stations. */
  session: uuid,
  name,
  version: z.string().max(32),
  protocol: versions,
  head: chainPlace,
  /** Where the station believes the cloud to be: lets the cloud see that it was itself restored. */
  acknowledged: chainPlace,
  waiting: count,
  oldestAt: instant.nullable(),
  clock: instant,
  /** Last message of the cloud that was applied. */
  applied: count,
});
export type HelloRequest = z.infer<typeof helloRequest>;

export const helloAnswer = z.object({
  protocol: versions,
  tenant: z.object({ id: uuid, name }),
  stationId: uuid,
  /** The last message of this station's chain that the cloud holds. */
  place: chainPlace,
  clock: instant,
  /** Last message for this station. */
  downHead: count,
  /** When to renew the certificate of the line, and when it ends. */
  renewAfter: instant,
  notAfter: instant,
});
export type HelloAnswer = z.infer<typeof helloAnswer>;

/**
 * `POST /v1/sync/upload?epoch=&from=`: NDJSON, `Content-Encoding: zstd | gzip`. `from` = position of the first line.
 * Whatever arrived whole counts, also when the connection is cut: the answer to the next hello says how far.
 */
export const uploadQuery = z.object({
  epoch: z.coerce.number().int().min(1),
  from: z.coerce.number().int().min(1),
  session: uuid,
});
export const uploadAnswer = z.object({ place: chainPlace, stored: count, duplicate: count });
export type UploadAnswer = z.infer<typeof uploadAnswer>;

/** `GET /v1/sync/chain?epoch=&position=`: the hash that the cloud holds at one position, for finding a fork. */
export const chainQuery = z.object({
  epoch: z.coerce.number().int().min(1),
  position: z.coerce.number().int().min(0),
});
export const chainAnswer = z.object({ place: chainPlace.nullable() });

/**
 * `POST /v1/sync/epoch`: a restored station goes on under a chain of its own from the last common place on. The answer
 * tells what the cloud knows and the backup does not: units debited since, per job revision.
 */
export const epochRequest = z.object({ session: uuid, common: chainPlace, reason: z.string().max(300) });
export const epochAnswer = z.object({
  place: chainPlace,
  debits: z.array(z.object({ jobId: z.string(), jobRevision: z.number().int(), units: count })),
});
export type EpochAnswer = z.infer<typeof epochAnswer>;

/** `GET /v1/sync/down?after=&limit=`: signed messages for this station, in order (protocol/down.ts). */
export const downQuery = z.object({
  after: z.coerce.number().int().min(0),
  limit: z.coerce.number().int().min(1).max(200),
});
export const downAnswer = z.object({ messages: z.array(z.string().max(4_000_000)), head: count });

/** `GET /v1/sync/blobs/<sha256>`: a file of an order; takes `Range: bytes=<from>-`. */

/** `POST /v1/sync/renew`: new certificates for new (or the same) keys, before the old ones end. */
export const renewRequest = z.object({ csr: base64.max(4096), courierCsr: base64.max(4096) });
export const credentials = z.object({
  /** For TLS and for signing courier files. */
  certificate: base64,
  /** For receiving courier files (key agreement). */
  courierCertificate: base64,
  /** What both are issued by, up to the root. */
  chain: certificateChain,
});
export type Credentials = z.infer<typeof credentials>;
