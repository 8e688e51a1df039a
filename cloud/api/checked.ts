import type { z } from 'zod';
import { refusal } from './api-error.ts';

type Place = 'path' | 'query' | 'body';

/** One part of a call by its schema; what does not fit is named by its field. Throws `invalid`. */
export function checked<T extends z.ZodType>(schema: T, value: unknown, place: Place): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...(issue?.path ?? []), ...unknown.slice(0, 1)].join('.') || place;
  throw refusal('invalid', {
    what: `${field}: ${issue?.message ?? 'does not fit'}`.slice(0, 600),
    next: 'Correct the field and send the call again; GET /v1/api/openapi.json describes it.',
    details: { field, place },
  });
}
