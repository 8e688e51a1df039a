import type { Http2SecureServer, SecureServerOptions } from 'node:http2';
import { Readable } from 'node:stream';
import fastify, { LogController, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Problem } from '#protocol/shapes.ts';
import type { CloudApp } from './context.ts';
import { isDatabaseAway, isDatabaseFull } from './database-away.ts';
import { CloudError } from './problem.ts';

/** Bodies that are read whole; uploads are streams and have limits of their own. */
const BODY_LIMIT = 4 * 1024 * 1024;
/** A connection that says nothing for so long is cut: a half-open socket holds nothing for ever. */
const IDLE_MS = 120_000;
/**
 * What a sender may have under way, per stream and per connection, bytes. The 64 KiB that HTTP/2 begins with (RFC 9113,
 * 6.9.2) let no line with 300 ms of delay carry more than 200 kB/s.
 */
const WINDOW = 1024 * 1024;

export interface AppOptions {
  tls: SecureServerOptions;
  level: string;
  name: 'public' | 'station';
  /** Where log lines go; standard error otherwise. */
  stream?: NodeJS.WritableStream;
}

/** Only what is listed is logged: no header, no body, and no query, which may hold what somebody pasted. */
const serializers = {
  req: ({ method = '', url = '', ip = '' }: { method?: string; url?: string; ip?: string }) => ({
    ...{ method, path: url.split('?')[0] ?? '', remote: ip },
  }),
  res: ({ statusCode = 0 }: { statusCode?: number }) => ({ statusCode }),
};

const unexpected: Problem = {
  code: 'internal',
  what: 'The cloud met a defect of its own.',
  next: 'Try again; if it stays, tell whoever runs the cloud. Its log has the details.',
  retry: true,
};

const away: Problem = {
  code: 'database-away',
  what: 'The cloud cannot reach its database.',
  next: 'Nothing is lost: it is tried again by itself.',
  retry: true,
};

const full: Problem = {
  code: 'database-full',
  what: 'The disk of the cloud is full: its database cannot keep anything new.',
  next: 'Whoever runs the cloud makes room. Nothing is lost: it is tried again by itself.',
  retry: true,
};
/** Room is made by people: not a matter of seconds. */
const FULL_RETRY_SECONDS = 10;

/** The database cannot take it now, and the same again is harmless. Null: something else. */
function fromDatabase(error: unknown): { problem: Problem; retryAfter: number } | null {
  if (isDatabaseFull(error)) return { problem: full, retryAfter: FULL_RETRY_SECONDS };
  return isDatabaseAway(error) ? { problem: away, retryAfter: 2 } : null;
}

/** Refusals of the HTTP server itself: too large, not JSON, no such media type. */
function fromFastify(error: FastifyError): { status: number; problem: Problem } {
  const status = error.statusCode ?? 500;
  if (status >= 500) return { status: 500, problem: unexpected };
  const code = status === 413 ? 'too-large' : status === 429 ? 'too-many' : 'bad-request';
  const next = status === 429 ? 'Wait a moment and try again.' : 'Correct the request.';
  return { status, problem: { code, what: error.message.slice(0, 600), next, retry: status === 429 } };
}

/** Answers every failure as a problem; what nobody expected goes to the log with its stack and out without. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof CloudError) {
    if (error.status >= 500) request.log.error({ err: error }, error.code);
    if (error.retryAfter !== null) void reply.header('retry-after', String(error.retryAfter));
    void reply.code(error.status).send(error.problem);
    return;
  }
  const database = fromDatabase(error);
  if (database !== null) {
    const { problem, retryAfter } = database;
    request.log.error({ err: error }, problem.code);
    void reply.code(503).header('retry-after', String(retryAfter)).send(problem);
    return;
  }
  const { status, problem } = fromFastify(error as FastifyError);
  if (status >= 500) request.log.error({ err: error as Error }, 'internal');
  void reply.code(status).send(problem);
}

/** One listener: TLS, HTTP/2 and 1.1, problems as answers, a log without secrets. */
export function createApp({ tls, level, name, stream }: AppOptions): CloudApp {
  const app = fastify({
    http2: true,
    http2SessionTimeout: IDLE_MS,
    https: { allowHTTP1: true, settings: { initialWindowSize: WINDOW }, ...tls },
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    logger: { level, name, serializers, ...(stream === undefined ? {} : { stream }) },
    logController: new LogController({ disableRequestLogging: level !== 'debug' }),
    routerOptions: { maxParamLength: 200 },
  }) as unknown as CloudApp;
  (app.server as unknown as Http2SecureServer).on('session', (session) => session.setLocalWindowSize(WINDOW));
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).send({
      code: 'not-found',
      what: 'There is nothing at this address.',
      next: 'Check the address.',
      retry: false,
    });
  });
  // As it comes, unread: whoever takes such a body reads it as a stream and sets the limits.
  app.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload));
  return app;
}

/** The body of a streaming route. */
export function bodyStream(request: FastifyRequest): Readable {
  return request.body instanceof Readable ? request.body : Readable.from([]);
}
