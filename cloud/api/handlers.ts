import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Answer, api, OperationName, Params } from '#cloud/contract/api.ts';
import type { TokenHolder } from '#cloud/server/tokens.ts';

/** Who calls: a token of one tenant, by header or by the session that it opened. */
export type Caller = TokenHolder;

/** One call whose every part has passed its schema. */
export interface Call<O extends OperationName> {
  params: Params<O>;
  query: z.output<(typeof api)[O]['query']>;
  body: z.output<(typeof api)[O]['body']>;
  /** Of an operation that is open to everyone: nobody, of no tenant. */
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

export type Handler<O extends OperationName> = (call: Call<O>) => Answer<O> | Promise<Answer<O>>;
/** One handler for each operation: a missing one is an error of types. */
export type Handlers = { [O in OperationName]: Handler<O> };
/** Those of one area. */
export type Some<O extends OperationName> = Pick<Handlers, O>;

export const NOBODY: Caller = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  tokenId: '00000000-0000-0000-0000-000000000000',
  label: 'nobody',
  role: 'auditor',
};
