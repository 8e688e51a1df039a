import { z } from 'zod';
import { channel, done, instant, lab, siteId } from './channel.ts';

/** Bytes as people read and type them. */
const hex = z
  .string()
  .regex(/^([0-9a-f]{2})*$/)
  .max(131_072);
const address = z.number().int().min(0).max(0xffff_ffff);
const uid = z.string().regex(/^[0-9a-f]{8,64}$/);
const name = z.string().min(1).max(40);

/** What a board says of itself, and what may be done with it here. */
export const labView = z.strictObject({
  site: siteId,
  target: z.string(),
  targetTitle: z.string(),
  identity: z
    .strictObject({
      chipUid: uid,
      product: z.string(),
      maxBaudRate: z.number().int(),
      lifecycle: z.strictObject({
        dlm: z.string(),
        protection: z.string().nullable(),
        authentication: z.string().nullable(),
      }),
      areas: z.array(
        z.strictObject({
          kind: z.enum(['code', 'data', 'config', 'other']),
          start: address,
          end: address,
          eraseUnit: z.number().int(),
          writeUnit: z.number().int(),
        }),
      ),
    })
    .nullable(),
  /** Null: not read yet. */
  state: z
    .strictObject({
      locked: z.boolean(),
      enrolled: z.boolean().nullable(),
      deviceId: z.string().nullable(),
      certificateFingerprint: z.string().nullable(),
      agentLocked: z.boolean().nullable(),
    })
    .nullable(),
  /** The part is protected and does not say who it is: erasing it all asks for the site's name instead. */
  hidden: z.boolean(),
  /** Operations that the target has; the screen shows no others. */
  can: z.array(name),
  /** Those of them that need the unique id typed or scanned. */
  irreversible: z.array(name),
  busy: name.nullable(),
});
export type LabView = z.infer<typeof labView>;

/** One thing seen on the wire: a frame where the protocol has a decoder, otherwise a run of bytes. */
export const logEntry = z.strictObject({
  seq: z.number().int(),
  at: instant,
  direction: z.enum(['sent', 'received']),
  /** Short: `Command 13 write`, `ACK`, `Data 1,024 B`. */
  title: z.string().max(120),
  detail: z.string().max(400),
  /** At most the first 256 bytes; key material is `··`. */
  hex: z.string().max(1024),
  bytes: z.number().int(),
  redacted: z.boolean(),
  fault: z.boolean(),
});
export type LogEntry = z.infer<typeof logEntry>;

const site = z.strictObject({ site: siteId });

/** What may be asked of a board by hand. Bytes are hex; a key is never echoed. */
const act = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('identify') }),
  z.strictObject({ operation: z.literal('read-state') }),
  z.strictObject({ operation: z.literal('boot-application') }),
  z.strictObject({ operation: z.literal('start-firmware') }),
  z.strictObject({
    operation: z.literal('read-memory'),
    address,
    length: z.number().int().min(1).max(65_536),
  }),
  z.strictObject({ operation: z.literal('write-memory'), address, bytes: hex.min(2) }),
  z.strictObject({ operation: z.literal('initialize') }),
  z.strictObject({ operation: z.literal('enrol') }),
  z.strictObject({ operation: z.literal('protect'), level: name }),
  z.strictObject({ operation: z.literal('move-lifecycle'), to: name, key: hex.length(32).optional() }),
  z.strictObject({ operation: z.literal('inject-key'), slot: name, wrapped: hex.min(2) }),
  z.strictObject({
    operation: z.literal('generate-key'),
    slot: name,
    bytes: z.number().int().min(1).max(512),
  }),
  z.strictObject({ operation: z.literal('set-user-key'), slot: name, key: hex.min(2) }),
  z.strictObject({ operation: z.literal('burn'), fuse: name, value: hex.min(2) }),
  z.strictObject({
    operation: z.literal('lock'),
    disableInitialize: z.boolean(),
    lockBoot: z.boolean(),
  }),
]);
export type LabAct = z.infer<typeof act>;

export const labChannels = {
  /** Takes a site out of production: no part starts on it by itself until `lab.close`. Refused where a run stands on it. */
  'lab.open': channel(lab, site, labView),
  'lab.get': channel(lab, site, labView),
  'lab.close': channel(lab, site, done),
  /**
   * `confirmUid`: the part's unique id, typed or scanned; asked for by every irreversible act and compared with the part
   * itself right before. Where a protected part hides its id, the site's name, and for `initialize` only. Each act is in the audit trail with who, what and which part, never with a key.
   */
  'lab.run': channel(
    lab,
    z.strictObject({ site: siteId, act, confirmUid: z.union([uid, siteId]).nullable() }),
    z.strictObject({
      view: labView,
      /** What was read, where it was a reading of memory. */
      bytes: hex.nullable(),
      /** One line for the screen: what was done and read back. */
      result: z.string().max(400),
    }),
  ),
  'lab.stop': channel(lab, site, done),
  /** The byte log from `after` on, oldest first; the station keeps the last 10,000 of a board. */
  'lab.log': channel(
    lab,
    z.strictObject({
      site: siteId,
      after: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
      /** Case-insensitive, in title, detail and hex. */
      filter: z.string().max(80).optional(),
      direction: z.enum(['sent', 'received']).optional(),
    }),
    z.strictObject({ entries: z.array(logEntry), last: z.number().int(), dropped: z.number().int() }),
  ),
  /** The whole log as text, one line an entry, redacted like the screen. */
  'lab.exportLog': channel(lab, site, z.strictObject({ file: z.string(), text: z.string() })),
};
