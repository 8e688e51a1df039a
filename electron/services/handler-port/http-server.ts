import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { AddressInfo } from 'node:net';
import { AppError, type ErrorView } from '#contract/errors.ts';
import type { SiteView } from '#contract/sites.ts';
import { outcomeOf, type Outcome } from './bins.ts';
import { startPart, type Cell } from './cell.ts';
import { operations, type OperationId } from './http-api.ts';
import { openApi } from './openapi.ts';
import type { Listening } from './tcp-server.ts';
import type { TokenGate } from './token.ts';

/** No operation has a body worth the name. */
const BODY_LIMIT = 1024;

interface Parts {
  cell: Cell;
  gate: TokenGate;
  version: string;
}
interface Asked {
  site: string;
  wait: number;
  signal: AbortSignal;
}

/** The same as the line protocol, over HTTP/1.1 with a bearer token; described at /openapi.json. */
export async function serveHttp(
  { host, port }: { host: string; port: number },
  parts: Parts,
): Promise<Listening> {
  const app = fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, logger: false });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(
    (_request, reply) => void reply.code(404).send(problem('not-found', 'There is nothing at this address.')),
  );
  app.get('/openapi.json', () => openApi(parts.version));
  for (const id of Object.keys(operations) as OperationId[]) route(app, id, parts);
  await app.listen({ host, port });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

function route(app: FastifyInstance, id: OperationId, parts: Parts): void {
  const { method, path, params, query, response } = operations[id];
  app.route({
    method,
    url: path.replace(/\{(\w+)\}/g, ':$1'),
    preHandler: (request, reply, done) => (admit(request, reply, parts.gate) ? done() : undefined),
    handler: async (request) => {
      const [place, asked] = [params.safeParse(request.params), query.safeParse(request.query)];
      if (!place.success || !asked.success)
        throw new Refusal(400, 'bad-request', 'The request does not fit.');
      const aborted = new AbortController();
      request.raw.socket.once('close', () => aborted.abort());
      const given = { site: '', wait: 0, ...place.data, ...asked.data, signal: aborted.signal };
      return response.parse(await answers[id](parts.cell, given));
    },
  });
}

function admit(request: FastifyRequest, reply: FastifyReply, gate: TokenGate): boolean {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
  const verdict = scheme.toLowerCase() === 'bearer' ? gate.check(token, request.ip) : 'wrong';
  if (verdict === 'ok') return true;
  const wait = verdict === 'wait';
  if (wait) void reply.header('retry-after', '30');
  const what = wait
    ? 'Too many wrong tokens came from this address.'
    : 'This is not the token of this station.';
  void reply
    .code(wait ? 429 : 401)
    .header('www-authenticate', 'Bearer')
    .send(problem(wait ? 'wait' : 'wrong-token', what));
  return false;
}

const answers: Readonly<Record<OperationId, (cell: Cell, asked: Asked) => unknown>> = {
  listSites: (cell) => ({ sites: cell.sites().map(siteOf) }),
  getSite: (cell, { site }) => siteOf(cell.site(site)),
  startSite: async (cell, { site }) => {
    await startPart(cell, site);
    return siteOf(cell.site(site));
  },
  stopSite: (cell, { site }) => {
    cell.stop(site);
    return siteOf(cell.site(site));
  },
  clearSite: (cell, { site }) => {
    cell.clear(site);
    return siteOf(cell.site(site));
  },
  getResult: resultOf,
  getBatch: (cell) => ({ batch: batchOf(cell) }),
};

const siteOf = ({ id, state, part, run, prompt }: SiteView) => ({
  ...{ site: id, state, part, run: run?.id ?? null, prompt: prompt?.request ?? null },
});

function batchOf(cell: Cell) {
  const batch = cell.batch();
  if (batch === null) return null;
  const { state, job, lot, quantity, counts } = batch;
  return {
    state,
    job: job.id,
    lot,
    quantity,
    made: counts.made,
    failed: counts.failed,
    unknown: counts.unknown,
  };
}

/** The result that is there, or the one that comes within the time. */
async function resultOf(cell: Cell, { site, wait, signal }: Asked): Promise<Outcome> {
  const found = outcomeOf(cell.site(site)) ?? (await nextOutcome(cell, site, wait, signal));
  if (found !== null) return found;
  throw new Refusal(404, 'no-result', `Site ${site} has no result: it is ${cell.site(site).state}.`);
}

function nextOutcome(
  cell: Cell,
  site: string,
  seconds: number,
  signal: AbortSignal,
): Promise<Outcome | null> {
  if (seconds === 0) return Promise.resolve(null);
  return new Promise((resolve) => {
    const finish = (outcome: Outcome | null): void => {
      clearTimeout(timer);
      remove();
      signal.removeEventListener('abort', gone);
      resolve(outcome);
    };
    const gone = (): void => finish(null);
    const timer = setTimeout(gone, seconds * 1000);
    const remove = cell.onSite((view) => {
      const outcome = view.id === site ? outcomeOf(view) : null;
      if (outcome !== null) finish(outcome);
    });
    signal.addEventListener('abort', gone, { once: true });
  });
}

class Refusal extends Error {
  readonly status: number;
  readonly problem: ErrorView;
  constructor(status: number, code: string, what: string) {
    super(what);
    this.name = 'Refusal';
    this.status = status;
    this.problem = problem(code, what);
  }
}

const problem = (code: string, what: string): ErrorView => ({
  ...{ code, what, chip: null, next: 'docs/handlers.md says what a handler may ask.', retry: false },
});

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof Refusal) return void reply.code(error.status).send(error.problem);
  if (error instanceof AppError)
    return void reply.code(error.view.code === 'site-missing' ? 404 : 409).send(error.view);
  const status = (error as FastifyError).statusCode ?? 500;
  if (status < 500) return void reply.code(status).send(problem('bad-request', 'The request does not fit.'));
  void reply.code(500).send(problem('internal', 'The station met a defect of its own.'));
}
