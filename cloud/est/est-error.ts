interface EstErrorOptions {
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** A refusal as EST gives it: an HTTP status and a plain sentence (RFC 7030, 4.2.3). 202 with a time to come back. */
export class EstError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, what: string, { retryAfterSeconds, cause }: EstErrorOptions = {}) {
    super(what, cause === undefined ? {} : { cause });
    this.name = 'EstError';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }
}
