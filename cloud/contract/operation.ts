import { z } from 'zod';

/** Who works in the console and its API. Ordered: each may do what those after it may. */
export const consoleRoles = ['admin', 'planner', 'auditor'] as const;
export const consoleRole = z.enum(consoleRoles);
export type ConsoleRole = z.infer<typeof consoleRole>;

export interface Operation<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** OpenAPI form: `/v1/api/units/{id}`. */
  path: string;
  summary: string;
  tag: string;
  /** `anyone`: before sign-in. Otherwise the least role that may call. */
  access: 'anyone' | ConsoleRole;
  params: P;
  query: Q;
  body: B;
  response: R;
  /** Binary bodies: their media type; the schema is then the description of bytes. */
  consumes?: string;
  produces?: string;
}

interface Parts<P, Q, B, R> {
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  response: R;
  consumes?: string;
  produces?: string;
}

export const nothing = z.strictObject({});
type Nothing = typeof nothing;

/** One operation of the API: the routes, the OpenAPI document, the console's client and the contract test walk these. */
export function operation<
  R extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(
  [method, path]: readonly [Operation['method'], string],
  [tag, access]: readonly [string, Operation['access']],
  parts: Parts<P, Q, B, R>,
): Operation<P, Q, B, R> {
  return {
    ...{ method, path, tag, access },
    params: nothing as unknown as P,
    query: nothing as unknown as Q,
    body: nothing as unknown as B,
    ...parts,
  };
}

export const done = z.strictObject({ done: z.literal(true) });
/** Keyset paging: `after` is the `cursor` of the page before. */
export const paging = {
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
export function pageOf<T extends z.ZodType>(row: T) {
  return z.strictObject({ rows: z.array(row), cursor: z.string().nullable() });
}
