import { z } from 'zod';
import { errorView } from '#contract/errors.ts';

const event = z.object({ topic: z.string(), payload: z.unknown() });
const reply = z.union([
  z.object({ id: z.number(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.number(), ok: z.literal(false), error: errorView }),
]);
const message = z.union([reply, event]);
export type SocketMessage = z.infer<typeof message>;

/** One frame of the WebSocket carrier, or null for what is none: dropped, since nothing can be answered to it. */
export function parseMessage(data: unknown): SocketMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const parsed = message.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
