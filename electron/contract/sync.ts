import { z } from 'zod';
import { channel, done, floor, hex64, instant, lab, nothing, shortText } from './channel.ts';
import { errorView } from './errors.ts';

/**
 * `none`: joined to no cloud. `connecting`, `online`, `offline` (tries again at `nextTryAt`), `paused` (by a person or the
 * cloud's policy), `stopped`: waits for a person (see `error`, and `decision` where one is asked for). `courier`: joined,
 * without a line.
 */
export const syncState = z.enum(['none', 'connecting', 'online', 'offline', 'paused', 'stopped', 'courier']);

export const syncView = z.strictObject({
  state: syncState,
  cloud: z
    .strictObject({
      name: z.string(),
      tenant: z.string(),
      url: z.string(),
      /** SHA-256 of the cloud's root, as its console shows it. */
      fingerprint: hex64,
      stationId: z.uuid(),
      stationName: z.string(),
      /** SHA-256 of this station's line key, as the console shows it. */
      keyFingerprint: hex64,
      joinedAt: instant,
      certificateEnds: instant,
    })
    .nullable(),
  waiting: z.number().int(),
  oldestAt: instant.nullable(),
  acknowledged: z.number().int(),
  head: z.number().int(),
  /** While records go up: measured over the last seconds; null while nothing moves. */
  rate: z
    .strictObject({
      recordsPerSecond: z.number(),
      bytesPerSecond: z.number(),
      secondsLeft: z.number().nullable(),
    })
    .nullable(),
  lastContact: instant.nullable(),
  nextTryAt: instant.nullable(),
  error: errorView.nullable(),
  /** `restored`: the cloud knows more of this station than it does itself: an officer decides whether to go on. */
  decision: z.enum(['restored']).nullable(),
  /** This station's clock minus the cloud's, seconds. */
  clockOffset: z.number().nullable(),
  settings: z.strictObject({
    bytesPerSecond: z.number().int().nullable(),
    proxy: z.string(),
    /** Folder that is watched for courier files; empty: none. */
    courierFolder: z.string(),
  }),
  /** What came from the cloud and was applied or refused, newest first, a few. */
  received: z.array(
    z.strictObject({
      at: instant,
      kind: z.string(),
      title: z.string(),
      outcome: z.enum(['applied', 'refused']),
      reason: z.string().nullable(),
    }),
  ),
});
export type SyncView = z.infer<typeof syncView>;

export const transferView = z.strictObject({
  direction: z.enum(['up', 'down']),
  number: z.number().int(),
  at: instant,
  /** `collecting`: parts are missing. */
  state: z.enum(['writing', 'written', 'acknowledged', 'collecting', 'applied', 'refused']),
  records: z.number().int(),
  parts: z.number().int(),
  bytes: z.number(),
  missing: z.array(z.number().int()),
  reason: errorView.nullable(),
});
export type TransferView = z.infer<typeof transferView>;

/**
 * How devices become known at a broker (docs/onboarding.md): each by the dynamic security plugin, each by an entry of the
 * broker's access file, or all of a CA at once.
 */
export const targetMode = z.enum(['devices', 'devices-by-file', 'ca']);
/** On this station's machine, or on a folder that both see; empty: none. */
const brokerFile = z.string().max(500);

export const targetView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  mode: targetMode,
  url: z.string(),
  paused: z.boolean(),
  health: z.strictObject({ ok: z.boolean(), text: z.string(), at: instant }).nullable(),
  counts: z.strictObject({
    waiting: z.number().int(),
    retry: z.number().int(),
    registered: z.number().int(),
    dead: z.number().int(),
    revoked: z.number().int(),
  }),
});
export type OnboardingTargetView = z.infer<typeof targetView>;

const officers = ['officer', 'engineer'] as const;
const folder = z.string().trim().min(1).max(1024);

export const syncChannels = {
  'sync.get': channel('signed-in', nothing, syncView),
  'sync.now': channel(floor, nothing, syncView),
  'sync.pause': channel(lab, z.strictObject({ paused: z.boolean() }), syncView),
  'sync.settings': channel(
    lab,
    z.strictObject({
      bytesPerSecond: z.number().int().min(1024).max(1_000_000_000).nullable(),
      proxy: z.string().trim().max(300),
      courierFolder: z.string().trim().max(1024),
    }),
    syncView,
  ),
  /** What waits, by kind. */
  'sync.waiting': channel(
    'signed-in',
    nothing,
    z.strictObject({
      kinds: z.array(
        z.strictObject({ kind: z.string(), title: z.string(), count: z.number().int(), oldestAt: instant }),
      ),
    }),
  ),
  /** Joining, step 1: who answers at that address. Sends nothing but the question. */
  'sync.look': channel(
    officers,
    z.strictObject({ address: z.string().trim().min(1).max(512) }),
    z.strictObject({ url: z.string(), cloud: z.string(), tenant: z.string(), fingerprint: hex64 }),
  ),
  /** Step 3: the person has compared the fingerprint. Only now does anything of this station leave it. */
  'sync.join': channel(
    officers,
    z.strictObject({ url: z.string().min(1).max(512), fingerprint: hex64, code: z.string().min(16).max(40) }),
    syncView,
  ),
  /** Joining without a line: an invitation file is read (its fingerprint is compared), the request is written for the stick. */
  'sync.lookFile': channel(
    officers,
    z.strictObject({ file: folder }),
    z.strictObject({ cloud: z.string(), tenant: z.string(), fingerprint: hex64 }),
  ),
  'sync.joinFile': channel(
    officers,
    z.strictObject({ file: folder, fingerprint: hex64, code: z.string().min(16).max(40), folder }),
    z.strictObject({ file: z.string() }),
  ),
  'sync.membershipFile': channel(officers, z.strictObject({ file: folder }), syncView),
  /** After a backup was restored: go on under a chain of its own, with the allowance that the cloud knows to be used. */
  'sync.goOn': channel(['officer'], z.strictObject({ reason: shortText }), syncView),

  'courier.list': channel('signed-in', nothing, z.strictObject({ transfers: z.array(transferView) })),
  /** Folders where a stick may be: mounted removable media, and the watched folder. */
  'courier.places': channel(
    'signed-in',
    nothing,
    z.strictObject({
      places: z.array(z.strictObject({ path: z.string(), title: z.string(), freeBytes: z.number() })),
    }),
  ),
  /** Writes what waits; on a full stick the answer says which part comes next, and `next` goes on in another folder. */
  'courier.write': channel(
    floor,
    z.strictObject({ folder, goOn: z.boolean() }),
    z.strictObject({ transfer: transferView, complete: z.boolean(), files: z.array(z.string()) }),
  ),
  'courier.read': channel(
    floor,
    z.strictObject({ folder }),
    z.strictObject({ transfers: z.array(transferView), messages: z.array(z.string()) }),
  ),
  'courier.cancel': channel(floor, nothing, done),
  /** A small answer (acknowledgement) as QR codes to be shown; empty where it would be too large. */
  'courier.frames': channel(
    floor,
    nothing,
    z.strictObject({ frames: z.array(z.strictObject({ text: z.string(), svg: z.string() })) }),
  ),
  /** One scanned frame. */
  'courier.frame': channel(
    floor,
    z.strictObject({ text: z.string().min(8).max(4296) }),
    z.strictObject({ have: z.number().int(), total: z.number().int(), transfer: transferView.nullable() }),
  ),

  'onboarding.targets': channel('signed-in', nothing, z.strictObject({ targets: z.array(targetView) })),
  'onboarding.add': channel(
    lab,
    z.strictObject({
      name: shortText,
      mode: targetMode,
      url: z
        .string()
        .regex(/^mqtts?:\/\/[^\s/]+$/)
        .max(300),
      ca: z.string().max(20_000),
      username: z.string().max(200),
      /** Goes into the vault, never comes back. */
      password: z.string().max(500),
      crlFile: brokerFile,
      /** Mode `devices-by-file` and `ca`. */
      aclFile: brokerFile,
      /** Mode `ca`: where the broker looks CAs up by the hash of their subject. */
      caDirectory: brokerFile,
      pidFile: brokerFile,
    }),
    targetView,
  ),
  'onboarding.check': channel(lab, z.strictObject({ id: z.uuid() }), targetView),
  'onboarding.pause': channel(lab, z.strictObject({ id: z.uuid(), paused: z.boolean() }), targetView),
  'onboarding.remove': channel(lab, z.strictObject({ id: z.uuid() }), done),
  'onboarding.dead': channel(
    'signed-in',
    z.strictObject({
      id: z.uuid(),
      after: z.string().max(100).nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    z.strictObject({
      rows: z.array(
        z.strictObject({
          fingerprint: hex64,
          name: z.string(),
          deviceId: z.string(),
          attempts: z.number().int(),
          reason: z.string(),
          at: instant,
        }),
      ),
      cursor: z.string().nullable(),
    }),
  ),
  'onboarding.retry': channel(
    lab,
    z.strictObject({ id: z.uuid(), fingerprints: z.array(hex64).max(1000).nullable() }),
    z.strictObject({ retried: z.number().int() }),
  ),
  /** The broker lost its state: everything that was registered or revoked there once more. */
  'onboarding.again': channel(
    lab,
    z.strictObject({ id: z.uuid() }),
    z.strictObject({ again: z.number().int() }),
  ),
};
