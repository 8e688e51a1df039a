import type { FastifyInstance } from 'fastify';
import { answerError } from '#cloud/server/app.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { AppError } from '#contract/errors.ts';
import { CourierError } from '#protocol/courier/errors.ts';
import { refusal } from './api-error.ts';

/** Refusals of the parts that cloud and station share, as the API's own; anything else as it is. */
function translated(error: unknown): unknown {
  if (error instanceof CourierError) {
    const { message: what, state, next, code } = error;
    return refusal('refused', { what, next: `${state} ${next}`, details: { courier: code }, cause: error });
  }
  if (error instanceof AppError) {
    const { what, next, code } = error.view;
    return refusal('refused', { what, next, details: { reason: code }, cause: error });
  }
  return error;
}

/** Errors as problems, and bodies of raw bytes unread, for the routes of one scope. */
export function speakProblems(scope: FastifyInstance): void {
  scope.setErrorHandler((error, request, reply) => {
    const known = translated(error);
    if (known instanceof CloudError && known.status === 401) reply.header('www-authenticate', 'Bearer');
    answerError(known, request, reply);
  });
  scope.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
}
