import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CloudError } from '#cloud/server/problem.ts';
import { AppError } from '#contract/errors.ts';
import { CourierError } from '#protocol/courier/errors.ts';
import { refusal } from './api-error.ts';

/** What fastify itself refuses, by its status: nothing of it reached a handler. */
function ofFastify({ statusCode, code }: Partial<FastifyError>, cause: unknown): CloudError | null {
  if (statusCode === 413)
    return refusal('too-large', {
      what: 'The body is larger than this call takes.',
      next: 'Send less in one call.',
      cause,
    });
  if (statusCode === 415)
    return refusal('wrong-type', {
      what: 'The body is of a media type that this call does not take.',
      next: 'Send application/json, or application/octet-stream where the document says so.',
      cause,
    });
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  return refusal('invalid', {
    what: 'The body cannot be read.',
    next: 'Send JSON as GET /v1/api/openapi.json describes it.',
    details: { code: code ?? String(statusCode) },
    cause,
  });
}

/** Any error as the API's own. Null for a defect: nothing of its text leaves. */
function asRefusal(error: unknown): CloudError | null {
  if (error instanceof CloudError) return error;
  if (error instanceof CourierError) {
    const next = `${error.state} ${error.next}`;
    return refusal('refused', {
      what: error.message,
      next,
      details: { courier: error.code },
      cause: error,
    });
  }
  if (error instanceof AppError) {
    const { what, next, code } = error.view;
    return refusal('refused', { what, next, details: { reason: code }, cause: error });
  }
  return error instanceof Error ? ofFastify(error, error) : null;
}

const defect = (): CloudError =>
  refusal('defect', {
    what: 'The cloud failed in a way that it does not know. Nothing was changed.',
    next: 'Try again; if it stays, give the administrator the time of the call. The log has the details.',
  });

/** The one place where an error becomes an answer. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = asRefusal(error);
  if (known === null) request.log.error({ err: error }, 'defect');
  const { status, problem, retryAfter } = known ?? defect();
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfter !== null) reply.header('retry-after', retryAfter);
  void reply.status(status).send(problem);
}

/** Errors as problems, and bodies of raw bytes as buffers, for the routes of one scope. */
export function speakProblems(scope: FastifyInstance): void {
  scope.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  scope.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
}
