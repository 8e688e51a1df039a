import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { api, type OperationName } from '#cloud/contract/api.ts';
import type { Operation } from '#cloud/contract/operation.ts';
import { checked } from './checked.ts';
import { NOBODY, type Call, type Caller, type Handlers } from './handlers.ts';

/** Decides who calls before anything of the call is read. Throws CloudError. */
export type Admit = (request: FastifyRequest, operation: Operation) => Promise<Caller>;
type LooseHandler = (call: Call<OperationName>) => unknown;

/** Fastify writes `:id` where OpenAPI writes `{id}`. */
const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Largest JSON: an order with a job.json of 1,000,000 characters, escaped. */
const MAX_JSON_BYTES = 3 * 1024 * 1024;
/** Largest file of a job, and largest part of a courier transfer. */
export const MAX_BINARY_BYTES = 65 * 1024 * 1024;

function send(operation: Operation, reply: FastifyReply, answer: unknown): unknown {
  if (operation.produces !== undefined) return reply.type(operation.produces).send(answer);
  // What does not fit its own schema is a defect and leaves as one, not as a surprise for the caller.
  return reply.send(operation.response.parse(answer));
}

function route(app: FastifyInstance, operation: Operation, handler: LooseHandler, admit: Admit): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: operation.method,
    url: fastifyPath(operation.path),
    bodyLimit: MAX_JSON_BYTES,
    onRequest: async (request) => {
      callers.set(request, await admit(request, operation));
    },
    handler: async (request, reply) => {
      const call = {
        params: checked(operation.params, request.params, 'path'),
        query: checked(operation.query, request.query, 'query'),
        // Raw bytes are read by their handler, as a stream.
        body: operation.consumes === undefined ? checked(operation.body, request.body, 'body') : undefined,
        caller: callers.get(request) ?? NOBODY,
        ...{ request, reply },
      };
      return send(operation, reply, await handler(call as Call<OperationName>));
    },
  });
}

/** A route for every operation of the table. */
export function registerOperations(app: FastifyInstance, handlers: Handlers, admit: Admit): void {
  for (const [name, operation] of Object.entries(api) as [OperationName, Operation][])
    route(app, operation, handlers[name], admit);
}
