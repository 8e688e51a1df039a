import { z } from 'zod';

export const HANDLER_SETTING = 'handler.port';

/** Where handlers connect. `tokenHash`: SHA-256 of the token, hex; the token itself is shown once and kept nowhere. */
export const handlerSettings = z.strictObject({
  enabled: z.boolean(),
  /** Address of this machine to listen on: loopback, or one of the cell's own network. */
  host: z.union([z.ipv4(), z.ipv6()]),
  /** 0: any free one. */
  tcpPort: z.number().int().min(0).max(65_535),
  httpPort: z.number().int().min(0).max(65_535),
  tokenHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});
export type HandlerSettings = z.infer<typeof handlerSettings>;

/** Nothing listens until an officer says so. Ports: of no registered service (IANA, user ports). */
export const closed: HandlerSettings = {
  ...{ enabled: false, host: '127.0.0.1', tcpPort: 7390, httpPort: 7391, tokenHash: null },
};

/** A setting that does not hold keeps the port closed. */
export function parseSettings(text: string | null): HandlerSettings {
  if (text === null) return closed;
  try {
    return handlerSettings.parse(JSON.parse(text));
  } catch {
    return closed;
  }
}
