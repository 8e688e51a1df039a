import type { Problem } from '#protocol/shapes.ts';

/** Why a call was refused, and the HTTP status that says so to machines. */
const STATUS = {
  invalid: 400,
  'not-base64': 400,
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

export interface ApiErrorParts {
  what: string;
  next: string;
  details?: NonNullable<Problem['details']>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An expected refusal of the API. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly next: string;
  readonly details: NonNullable<Problem['details']>;
  readonly retryAfterSeconds: number | null;

  constructor(code: ApiErrorCode, { what, next, details, retryAfterSeconds, cause }: ApiErrorParts) {
    super(what, cause === undefined ? {} : { cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = STATUS[code];
    this.next = next;
    this.details = details ?? {};
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }

  problem(): Problem {
    const retry = this.code === 'too-many' || this.code === 'not-ready';
    return { code: this.code, what: this.message, next: this.next, retry, details: this.details };
  }
}

/** Also for what belongs to another tenant: whoever asks learns nothing of it. */
export function notFound(what: string): ApiError {
  return new ApiError('not-found', {
    what: `There is no such ${what} here.`,
    next: 'Look it up in its list; it may have been spelt differently.',
  });
}
