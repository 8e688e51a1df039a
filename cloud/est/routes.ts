import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CloudError } from '#cloud/server/problem.ts';
import type { CloudApp, CloudContext } from '#cloud/server/context.ts';
import { isDatabaseAway, isDatabaseFull } from '#cloud/server/database-away.ts';
import { estAuthorities } from './authority.ts';
import { enrol, inTurn, type Grant } from './enrol.ts';
import { EstError } from './est-error.ts';
import { BasicGrants, deviceGrant, stationGrant } from './grants.ts';
import { certsOnly, EST_TYPE, fromBody, requestAttributes, toBody } from './messages.ts';
import { readRequest, type DeviceRequest } from './request.ts';

/** A request is below 2 KiB; its base64 and line feeds come on top. */
const BODY_LIMIT = 8 * 1024;

type Listener = 'public' | 'station';
type Grants = (request: FastifyRequest, csr: DeviceRequest) => Promise<Grant>;

/** Any failure as EST gives it: a status and a sentence (RFC 7030, 4.2.3). Nothing of a defect's text leaves. */
function asEst(error: unknown): EstError {
  if (error instanceof EstError) return error;
  if (error instanceof CloudError)
    return new EstError(error.status, `${error.problem.what} ${error.problem.next}`, { cause: error });
  const full = isDatabaseFull(error);
  if (full || isDatabaseAway(error))
    return new EstError(503, `The database is ${full ? 'full' : 'away'}. Come back later.`, {
      retryAfterSeconds: 5,
      cause: error,
    });
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const known = status >= 400 && status < 500;
  return new EstError(
    known ? status : 500,
    known ? 'The request cannot be read.' : 'A defect of the cloud.',
    {
      cause: error,
    },
  );
}

function answerPlain(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, message, retryAfterSeconds, cause } = asEst(error);
  if (status >= 500) request.log.error({ err: cause ?? error }, 'est');
  if (status === 401) reply.header('www-authenticate', 'Basic realm="enrolment"');
  if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
  void reply.status(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

/** RFC 8951, 3 takes the header back; older clients still look for it. */
function sendBase64(reply: FastifyReply, type: string, bytes: Uint8Array): FastifyReply {
  return reply.type(type).header('content-transfer-encoding', 'base64').send(toBody(bytes));
}

/** The tenant of a path: its label, or the one of this cloud. Throws EstError 404. */
async function tenantOf(context: CloudContext, request: FastifyRequest): Promise<string> {
  const { label } = request.params as { label?: string };
  if (label === undefined) return context.home.id;
  const known = await context.authorities.all();
  if (known.some(({ tenant }) => tenant.id === label)) return label;
  throw new EstError(404, 'There is no authority under this label.');
}

async function issue(
  context: CloudContext,
  [request, reply]: [FastifyRequest, FastifyReply],
  grants: Grants,
): Promise<FastifyReply> {
  const tenantId = await tenantOf(context, request);
  const csr = typeof request.body === 'string' ? fromBody(request.body) : null;
  if (csr === null) throw new EstError(400, 'The body is not base64 of a certificate request.');
  const checked = readRequest(csr);
  const grant = await grants(request, checked);
  if (grant.tenantId !== tenantId) throw new EstError(403, 'This is the authority of another tenant.');
  const { der } = await inTurn(() => enrol(context, grant, checked));
  return sendBase64(reply, EST_TYPE.certificates, certsOnly([der]));
}

function renewElsewhere({ config }: CloudContext): Grants {
  return () => {
    const where = `Renew at ${config.stationUrl}: there a connection shows its certificate.`;
    return Promise.reject(new EstError(403, where));
  };
}

function operations(scope: FastifyInstance, context: CloudContext, listener: Listener): void {
  const basic = new BasicGrants(context);
  const enrolGrants: Grants =
    listener === 'public' ? (request) => basic.of(request) : (request) => stationGrant(context, request);
  const renewGrants: Grants =
    listener === 'public' ? renewElsewhere(context) : (request, csr) => deviceGrant(context, request, csr);
  for (const base of ['/.well-known/est', '/.well-known/est/:label']) {
    scope.get(`${base}/cacerts`, async (request, reply) => {
      const { chain } = await estAuthorities(context).of(await tenantOf(context, request));
      return sendBase64(reply, EST_TYPE.certificates, certsOnly(chain));
    });
    scope.get(`${base}/csrattrs`, async (request, reply) => {
      await tenantOf(context, request);
      return sendBase64(reply, EST_TYPE.attributes, requestAttributes());
    });
    const options = { bodyLimit: BODY_LIMIT };
    scope.post(`${base}/simpleenroll`, options, (request, reply) =>
      issue(context, [request, reply], enrolGrants),
    );
    scope.post(`${base}/simplereenroll`, options, (request, reply) =>
      issue(context, [request, reply], renewGrants),
    );
  }
}

/** Enrolment over Secure Transport (RFC 7030, 8951) under /.well-known/est/, with the tenant as its label. */
export async function registerEst(app: CloudApp, context: CloudContext, listener: Listener): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.setErrorHandler(answerPlain);
    scope.removeContentTypeParser(['application/json', 'text/plain']);
    scope.addContentTypeParser(EST_TYPE.request, { parseAs: 'string' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    operations(scope, context, listener);
    done();
  });
}
