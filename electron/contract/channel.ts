import { z } from 'zod';

export const roles = ['operator', 'engineer', 'officer', 'auditor'] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

/** Who may call: `anyone` = also before sign-in; a list = signed in with one of these roles. */
export type Access = 'anyone' | 'signed-in' | readonly Role[];

export interface Channel<Req extends z.ZodType, Res extends z.ZodType> {
  access: Access;
  request: Req;
  response: Res;
}

/** One request/response channel: schemas of both directions and who may call it. */
export function channel<Req extends z.ZodType, Res extends z.ZodType>(
  access: Access,
  request: Req,
  response: Res,
): Channel<Req, Res> {
  return { access, request, response };
}

export const nothing = z.strictObject({});
export const done = z.strictObject({ done: z.literal(true) });
export const shortText = z.string().trim().min(1).max(120);
export const siteId = z.string().regex(/^[A-Z]{1,2}[0-9]{1,3}$/);
export const uuid = z.uuid();
/** UTC, ISO 8601 with milliseconds. */
export const instant = z.iso.datetime();
export const hex64 = z.string().regex(/^[0-9a-f]{64}$/);

/** Work on batches and units. */
export const floor = ['operator', 'engineer', 'officer'] as const;
export const lab = ['engineer', 'officer'] as const;
