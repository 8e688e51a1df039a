import { CloudError } from '#cloud/server/problem.ts';
import type { Problem } from '#protocol/shapes.ts';

/** Why a call was refused, and the HTTP status that says so to machines. */
const STATUS = {
  invalid: 400,
  'frames-missing': 400,
  'frames-mixed': 400,
  'frames-unreadable': 400,
  'signed-out': 401,
  'wrong-token': 401,
  forbidden: 403,
  'other-site': 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'wrong-type': 415,
  refused: 422,
  'too-many': 429,
  defect: 500,
  'not-ready': 503,
} as const;
export type ApiErrorCode = keyof typeof STATUS;

export interface RefusalParts {
  what: string;
  next: string;
  details?: NonNullable<Problem['details']>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An expected refusal of the API. */
export function refusal(code: ApiErrorCode, parts: RefusalParts): CloudError {
  const { what, next, details = {}, retryAfterSeconds = null, cause } = parts;
  const retry = code === 'too-many' || code === 'not-ready';
  return new CloudError(
    STATUS[code],
    { code, what: what.slice(0, 600), next: next.slice(0, 600), retry, details },
    { cause, retryAfter: retryAfterSeconds },
  );
}

/** Also for what belongs to another tenant: whoever asks learns nothing of it. */
export function notFound(what: string): CloudError {
  return refusal('not-found', {
    what: `There is no such ${what} here.`,
    next: 'Look it up in its list; it may have been spelt differently.',
  });
}
