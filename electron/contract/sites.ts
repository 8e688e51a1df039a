import { z } from 'zod';
import { channel, done, floor, instant, nothing, siteId } from './channel.ts';
import { errorView } from './errors.ts';

export const measurement = z.strictObject({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  ok: z.boolean(),
});
export type MeasurementView = z.infer<typeof measurement>;

export const phaseView = z.strictObject({
  id: z.string(),
  title: z.string(),
  irreversible: z.boolean(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'unknown', 'skipped']),
  startedAt: instant.nullable(),
  seconds: z.number().nullable(),
  measurements: z.array(measurement),
});
export type PhaseView = z.infer<typeof phaseView>;

export const progressView = z.strictObject({
  done: z.number(),
  total: z.number(),
  unit: z.enum(['B', 'reads', 'steps']),
  note: z.string(),
  perSecond: z.number().nullable(),
});

/**
 * `offline`: no programmer or port. `empty`: no part. `ready`: part in, not started. `running`.
 * `passed`, `failed`: stay until the part is out. `unknown`: must be read back before anything else.
 */
export const siteState = z.enum(['offline', 'empty', 'ready', 'running', 'passed', 'failed', 'unknown']);
export type SiteState = z.infer<typeof siteState>;

export const runView = z.strictObject({
  id: z.string(),
  attempt: z.number().int(),
  chipUid: z.string().nullable(),
  deviceId: z.string().nullable(),
  /** True while a read-back of an unknown run is under way. */
  readingBack: z.boolean(),
  phases: z.array(phaseView),
  /** Index into `phases`; null before the first and after the last. */
  current: z.number().int().nullable(),
  progress: progressView.nullable(),
  startedAt: instant,
  /** Running time in seconds when this view was made; a screen counts on from there. */
  elapsed: z.number(),
  error: errorView.nullable(),
});
export type RunView = z.infer<typeof runView>;

export const siteView = z.strictObject({
  id: siteId,
  row: z.number().int(),
  column: z.number().int(),
  programmer: z.string(),
  port: z.string(),
  virtual: z.boolean(),
  state: siteState,
  /** Null: this fixture cannot tell whether a part is in. */
  part: z.boolean().nullable(),
  run: runView.nullable(),
  /** The fixture has no lines for it: a person is asked to do it, and the run waits. */
  prompt: z
    .strictObject({ id: z.string(), request: z.enum(['mode-boot', 'mode-run', 'reset']), since: instant })
    .nullable(),
  /** Taken out of production by the lab. */
  lab: z.boolean(),
  /** Why the site is offline or refuses to start. */
  error: errorView.nullable(),
});
export type SiteView = z.infer<typeof siteView>;

const site = z.strictObject({ site: siteId });

export const siteChannels = {
  /** All sites and the open batch in one answer: what a screen needs to catch up after a reload. */
  'sites.list': channel('signed-in', nothing, z.strictObject({ sites: z.array(siteView) })),
  'sites.start': channel(floor, site, siteView),
  'sites.startAll': channel(floor, nothing, done),
  'sites.readBack': channel(floor, site, siteView),
  /** The operator says that the part is out (fixtures that cannot tell). */
  'sites.clear': channel(floor, site, siteView),
  /** The operator has done what the prompt asked. A prompt that is over is refused. */
  'sites.confirmPrompt': channel(floor, z.strictObject({ site: siteId, prompt: z.string() }), siteView),
  'sites.stop': channel(floor, site, siteView),
  'sites.stopAll': channel(floor, nothing, done),
};
