import { z } from 'zod';

/** UTC, ISO 8601 with milliseconds. */
export const instant = z.iso.datetime();
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export const uuid = z.uuid();
export const name = z.string().trim().min(1).max(120);
export const base64 = z.base64();
export const count = z.number().int().min(0);
/** Certificates, DER in base64, end entity first. */
export const certificateChain = z.array(base64.max(8192)).min(1).max(8);

/** An error as the cloud answers it: HTTP status beside it, same three questions as on a screen. */
export const problem = z.object({
  code: z.string().max(64),
  what: z.string().max(600),
  next: z.string().max(600),
  retry: z.boolean(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type Problem = z.infer<typeof problem>;
