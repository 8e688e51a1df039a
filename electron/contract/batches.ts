import { z } from 'zod';
import { channel, floor, instant, nothing, shortText, uuid } from './channel.ts';
import { jobView } from './jobs.ts';

export const batchState = z.enum(['open', 'paused', 'closed']);

export const paretoRow = z.strictObject({ code: z.string(), label: z.string(), count: z.number().int() });

export const batchView = z.strictObject({
  id: uuid,
  job: jobView,
  traveller: z.string(),
  lot: z.string(),
  quantity: z.number().int(),
  state: batchState,
  openedBy: z.string(),
  openedAt: instant,
  closedAt: instant.nullable(),
  /** Units, not attempts: a unit that failed once and passed later counts as made. */
  counts: z.strictObject({
    made: z.number().int(),
    failed: z.number().int(),
    unknown: z.number().int(),
    running: z.number().int(),
    attempts: z.number().int(),
    debited: z.number().int(),
  }),
  /** 0..1, null before the first result. */
  yield: z.number().nullable(),
  unitsPerHour: z.number().nullable(),
  secondsPerUnit: z.number().nullable(),
  readyAt: instant.nullable(),
  pareto: z.array(paretoRow),
  slowest: z
    .strictObject({ phase: z.string(), share: z.number(), wireShare: z.number().nullable() })
    .nullable(),
  exportFolder: z.string().nullable(),
});
export type BatchView = z.infer<typeof batchView>;

export const preflightCheck = z.strictObject({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warning', 'failed']),
  detail: z.string(),
  next: z.string().nullable(),
});
export type PreflightCheck = z.infer<typeof preflightCheck>;

const quantity = z.number().int().min(1).max(1_000_000);

export const batchChannels = {
  'batches.list': channel(
    'signed-in',
    z.strictObject({ state: z.enum(['open', 'closed', 'all']), limit: z.number().int().min(1).max(200) }),
    z.strictObject({ batches: z.array(batchView) }),
  ),
  'batches.get': channel('signed-in', z.strictObject({ batchId: uuid }), batchView),
  'batches.preflight': channel(
    floor,
    z.strictObject({ jobId: shortText, traveller: shortText, quantity }),
    z.strictObject({ ok: z.boolean(), checks: z.array(preflightCheck) }),
  ),
  /** Runs pre-flight again and refuses when it is not green. `checksum` is what the operator confirmed. */
  'batches.open': channel(
    floor,
    z.strictObject({ jobId: shortText, traveller: shortText, lot: shortText, quantity, checksum: shortText }),
    batchView,
  ),
  'batches.pause': channel(floor, z.strictObject({ batchId: uuid }), batchView),
  'batches.resume': channel(floor, z.strictObject({ batchId: uuid }), batchView),
  /** Refused while a site runs or is to be read back, unless an engineer closes with `leaveUnknown`. */
  'batches.close': channel(floor, z.strictObject({ batchId: uuid, leaveUnknown: z.boolean() }), batchView),
  /** Writes records, certificates, CSV, PDF and the signed manifest; may be repeated. */
  'batches.export': channel(
    floor,
    z.strictObject({ batchId: uuid }),
    z.strictObject({ folder: z.string(), units: z.number().int(), files: z.number().int() }),
  ),
  'batches.current': channel('signed-in', nothing, z.strictObject({ batch: batchView.nullable() })),
  /** What any scan means. `unknown` carries a polite sentence. */
  'scan.resolve': channel(
    'signed-in',
    z.strictObject({ text: z.string().min(1).max(4296) }),
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('traveller'),
        traveller: z.string(),
        jobId: z.string(),
        lot: z.string(),
        quantity: z.number().int().nullable(),
      }),
      z.strictObject({ kind: z.literal('job'), jobId: z.string() }),
      z.strictObject({ kind: z.literal('unit'), unitId: z.string() }),
      z.strictObject({ kind: z.literal('batch'), batchId: uuid }),
      z.strictObject({ kind: z.literal('site'), site: z.string() }),
      z.strictObject({ kind: z.literal('badge') }),
      /** QR code of a cloud's invitation (protocol/join.ts). */
      z.strictObject({
        kind: z.literal('invitation'),
        url: z.string(),
        code: z.string(),
        fingerprint: z.string(),
      }),
      /** One frame of a courier transfer shown as QR codes (docs/courier.md). */
      z.strictObject({ kind: z.literal('courier-frame'), text: z.string() }),
      z.strictObject({ kind: z.literal('unknown'), message: z.string() }),
    ]),
  ),
};
