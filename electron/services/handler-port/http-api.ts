import { z } from 'zod';
import { siteId } from '#contract/channel.ts';
import { errorView } from '#contract/errors.ts';
import { siteState } from '#contract/sites.ts';

const nothing = z.strictObject({});
const site = z.strictObject({ site: siteId }).describe('A site by its label on the fixture');

export const siteBody = z.strictObject({
  site: siteId,
  state: siteState,
  part: z.boolean().nullable().describe('null: the fixture cannot tell'),
  run: z.string().nullable(),
  prompt: z.enum(['mode-boot', 'mode-run', 'reset']).nullable().describe('What a person is asked to do'),
});

export const outcomeBody = z.strictObject({
  site: siteId,
  bin: z
    .int()
    .min(1)
    .max(4)
    .describe('1 passed, 2 failed, 3 failed and may be tried again, 4 hold: read back first'),
  result: z.enum(['passed', 'failed', 'unknown']),
  run: z.string(),
  uid: z.string().nullable(),
  device: z.string().nullable(),
  code: z.string().nullable(),
  seconds: z.number(),
});

const count = z.int().min(0);
export const batchBody = z.strictObject({
  state: z.enum(['open', 'paused', 'closed']),
  job: z.string(),
  lot: z.string(),
  quantity: count,
  made: count,
  failed: count,
  unknown: count,
});

/** Longest wait for a result, seconds: below what proxies and clients cut. */
export const LONGEST_WAIT = 60;

/** The HTTP side as data: routes, validation and the OpenAPI document all come from here. */
export const operations = {
  listSites: op('GET', '/v1/sites', 'All sites', { response: z.strictObject({ sites: z.array(siteBody) }) }),
  getSite: op('GET', '/v1/sites/{site}', 'One site', { params: site, response: siteBody }),
  startSite: op('POST', '/v1/sites/{site}/start', 'Starts the part that is in', {
    params: site,
    response: siteBody,
  }),
  stopSite: op('POST', '/v1/sites/{site}/stop', 'Stops before the next step that cannot be undone', {
    ...{ params: site, response: siteBody },
  }),
  clearSite: op('POST', '/v1/sites/{site}/clear', 'The part is out', { params: site, response: siteBody }),
  getResult: op('GET', '/v1/sites/{site}/result', 'Where the part belongs', {
    ...{ params: site, response: outcomeBody },
    query: z.strictObject({
      wait: z.coerce
        .number()
        .min(0)
        .max(LONGEST_WAIT)
        .default(0)
        .describe('Seconds to wait for the end of a run'),
    }),
  }),
  getBatch: op('GET', '/v1/batch', 'The open batch', {
    response: z.strictObject({ batch: batchBody.nullable() }),
  }),
};

export interface HandlerOperation {
  method: 'GET' | 'POST';
  path: string;
  summary: string;
  params: z.ZodType;
  query: z.ZodType;
  response: z.ZodType;
}

function op<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  R extends z.ZodType = z.ZodType,
>(
  method: HandlerOperation['method'],
  path: string,
  summary: string,
  shapes: { params?: P; query?: Q; response: R },
) {
  const { params = nothing, query = nothing, response } = shapes;
  return { method, path, summary, params: params as P, query: query as Q, response };
}

export type OperationId = keyof typeof operations;
export { errorView as problemBody };
