import type { z } from 'zod';
import { batchChannels } from './batches.ts';
import { benchChannels } from './bench.ts';
import { handlerChannels } from './handler.ts';
import { jobChannels } from './jobs.ts';
import { labChannels } from './lab.ts';
import { sessionChannels, type Session } from './session.ts';
import { siteChannels } from './sites.ts';
import { stationChannels } from './station.ts';
import { syncChannels } from './sync.ts';
import { unitChannels } from './units.ts';

/** Every channel of the app. A carrier registers nothing by hand: it walks this table. */
export const contract = {
  ...sessionChannels,
  ...stationChannels,
  ...jobChannels,
  ...batchChannels,
  ...siteChannels,
  ...unitChannels,
  ...benchChannels,
  ...labChannels,
  ...handlerChannels,
  ...syncChannels,
};
export type ChannelName = keyof typeof contract;
export type Request<C extends ChannelName> = z.infer<(typeof contract)[C]['request']>;
export type Response<C extends ChannelName> = z.infer<(typeof contract)[C]['response']>;

/** Largest message either way, bytes of JSON. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** Who calls: one connection of one carrier, and the session it signed in with. */
export interface CallContext {
  connection: string;
  session: Session | null;
}

/** What services implement: one function per channel. */
export type Handlers = {
  [C in ChannelName]: (request: Request<C>, context: CallContext) => Promise<Response<C>>;
};
export type HandlersOf<C extends ChannelName> = Pick<Handlers, C>;
