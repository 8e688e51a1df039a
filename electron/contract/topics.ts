import { z } from 'zod';
import { batchView } from './batches.ts';
import { session } from './session.ts';
import { siteView } from './sites.ts';
import { stationView } from './station.ts';
import { syncView } from './sync.ts';

/** Events from services to screens. Each carries the whole new view, so a missed one does no harm. */
export const topics = {
  'station.changed': stationView,
  'site.changed': siteView,
  'batch.changed': batchView,
  'sync.changed': syncView,
  'session.changed': z.strictObject({ session: session.nullable() }),
};
export type Topic = keyof typeof topics;
export type TopicPayload<T extends Topic> = z.infer<(typeof topics)[T]>;
/** Topics that are sent before sign-in as well. */
export const publicTopics: readonly Topic[] = ['station.changed', 'session.changed'];
