import { z } from 'zod';
import { channel, lab, nothing } from './channel.ts';

const port = z.number().int().min(0).max(65_535);
const wanted = z.strictObject({
  enabled: z.boolean(),
  /** Address of this machine: loopback, or one of the cell's own network. */
  host: z.union([z.ipv4(), z.ipv6()]),
  tcpPort: port,
  httpPort: port,
});

const handlerView = wanted.extend({
  hasToken: z.boolean(),
  /** What is listened on now; null while the port is closed. */
  running: z.strictObject({ tcp: port, http: port }).nullable(),
  /** Why it is not, where it should be. */
  error: z.string().nullable(),
});
export type HandlerView = z.infer<typeof handlerView>;

/** Where automatic handlers start sites and read bins (docs/handlers.md). */
export const handlerChannels = {
  'handler.get': channel(lab, nothing, handlerView),
  'handler.set': channel(['officer'], wanted, handlerView),
  /** The token is in this answer and nowhere else. */
  'handler.renewToken': channel(
    ['officer'],
    nothing,
    z.strictObject({ token: z.string(), view: handlerView }),
  ),
};
