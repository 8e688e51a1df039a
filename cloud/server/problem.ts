import type { Problem } from '#protocol/shapes.ts';

/** An expected refusal: HTTP status, what the caller is told, and after how many seconds to come back. */
export class CloudError extends Error {
  readonly status: number;
  readonly problem: Problem;
  readonly retryAfter: number | null;
  constructor(
    status: number,
    problem: Omit<Problem, 'retry'> & { retry?: boolean },
    { cause, retryAfter = null }: { cause?: unknown; retryAfter?: number | null } = {},
  ) {
    super(problem.what, cause === undefined ? {} : { cause });
    this.name = 'CloudError';
    this.status = status;
    this.problem = { retry: false, ...problem };
    this.retryAfter = retryAfter;
  }

  get code(): string {
    return this.problem.code;
  }
}
