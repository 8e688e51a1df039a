import { z } from 'zod';
import { channel, instant, nothing } from './channel.ts';

export const warning = z.strictObject({
  id: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string().max(400),
  next: z.string().max(400),
});
export type Warning = z.infer<typeof warning>;

export const stationView = z.strictObject({
  name: z.string(),
  brand: z.string(),
  version: z.string(),
  demo: z.boolean(),
  /** Where the master key lives: shown as a chip in the header; `demo-file` also as a banner. */
  vault: z.strictObject({ kind: z.enum(['demo-file', 'passphrase']), locked: z.boolean() }),
  line: z.strictObject({
    /** `stopped`: waits for a person; `courier`: joined, without a line. */
    state: z.enum(['offline', 'online', 'none', 'paused', 'stopped', 'courier']),
    waiting: z.number().int(),
    since: instant.nullable(),
  }),
  driver: z.strictObject({
    state: z.enum(['starting', 'ready', 'restarting']),
    pid: z.number().int().nullable(),
    restarts: z.number().int(),
  }),
  warnings: z.array(warning),
  diskFreeBytes: z.number(),
  startedAt: instant,
});
export type StationView = z.infer<typeof stationView>;

export const stationChannels = {
  'station.get': channel('anyone', nothing, stationView),
  /** Licences and version for the About page. */
  'station.about': channel('anyone', nothing, z.strictObject({ version: z.string(), notices: z.string() })),
};
