import { z } from 'zod';
import { batchView } from './batches.ts';
import { selfTestView } from './bench.ts';
import { labView } from './lab.ts';
import { session } from './session.ts';
import { siteView } from './sites.ts';
import { stationView } from './station.ts';
import { syncView } from './sync.ts';

/** Events from services to screens. Each carries the whole new view, so a missed one does no harm. */
export const topics = {
  'station.changed': stationView,
  'site.changed': siteView,
  'lab.changed': labView,
  /** Ports, sites or layout are other than before: `bench.get` and `sites.list` tell how. */
  'bench.changed': z.strictObject({ change: z.number().int() }),
  'test.changed': selfTestView,
  'batch.changed': batchView,
  'sync.changed': syncView,
  'session.changed': z.strictObject({ session: session.nullable() }),
};
export type Topic = keyof typeof topics;
export type TopicPayload<T extends Topic> = z.infer<(typeof topics)[T]>;
/** Topics that are sent before sign-in as well. */
export const publicTopics: readonly Topic[] = ['station.changed', 'session.changed'];
