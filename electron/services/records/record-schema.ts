import { z } from 'zod';
import { hex64, instant } from '#contract/channel.ts';
import { measurement } from '#contract/sites.ts';

/** One phase as the journal has it: when it began, when silicon had answered, what was measured against which limits. */
const phase = z.strictObject({
  id: z.string(),
  title: z.string(),
  operation: z.string(),
  irreversible: z.boolean(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  seconds: z.number().nullable(),
  measurements: z.array(measurement),
  /** What silicon answered, as evidenced in the journal. Never secrets: a kept key is sealed (kept-key.ts). */
  evidence: z.record(z.string(), z.json()),
});

const certificate = z.strictObject({
  serial: z.string(),
  sha256: hex64,
  issuer: z.string(),
  /** DER, base64. */
  der: z.base64(),
});

const record1 = z.strictObject({
  format: z.literal('rootline-record/1'),
  deviceId: hex64,
  chipUid: z.string(),
  outcome: z.literal('passed'),
  station: z.strictObject({ name: z.string(), certificateSha256: hex64 }),
  operator: z.string(),
  batch: z.strictObject({ id: z.uuid(), traveller: z.string(), lot: z.string() }),
  job: z.strictObject({
    id: z.string(),
    name: z.string(),
    revision: z.number().int(),
    sha256: z.string(),
    checksum: z.string(),
  }),
  target: z.string(),
  rootOfTrust: z.string(),
  firmware: z.array(z.strictObject({ name: z.string(), file: z.string(), sha256: hex64 })),
  run: z.strictObject({
    id: z.string(),
    site: z.string(),
    attempt: z.number().int(),
    startedAt: instant,
    endedAt: instant.nullable(),
    seconds: z.number().nullable(),
    allowanceDebited: z.boolean(),
  }),
  phases: z.array(phase),
  certificate,
});

/** Of a unit without a certificate: its chip has no key that it could show, and is known by its unique id alone. */
const record2 = z.strictObject({
  ...record1.shape,
  format: z.literal('rootline-record/2'),
  deviceId: z.null(),
  chipUid: z.string().regex(/^[0-9a-f]{2,128}$/),
  certificate: z.null(),
});

/** The record of one unit: who, what, where, when and how (docs/records.md). Key order is the order of signing. */
export const recordSchema = z.discriminatedUnion('format', [record1, record2]);
export type UnitRecord = z.infer<typeof recordSchema>;

/** A record's file, without its ending: the device id, or the chip's own where the device has none. */
export const recordName = ({ deviceId, chipUid }: Pick<UnitRecord, 'deviceId' | 'chipUid'>): string =>
  deviceId ?? `uid-${chipUid}`;

/** `records/<device id>.json`: the record to read, and the signature over exactly that text without white space. */
export const recordFileSchema = z.strictObject({ record: recordSchema, jws: z.string() });

/** The file of a record as exported. */
export function recordFile(json: string, jws: string): string {
  return `${JSON.stringify({ record: JSON.parse(json) as unknown, jws }, null, 2)}\n`;
}
