import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Admission } from '#cloud/api/admission.ts';
import { refusal } from '#cloud/api/api-error.ts';
import { migrations } from '#cloud/db/migrations/index.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { Gauges } from './gauges.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

const notReady = (what: string, cause?: unknown) =>
  refusal('not-ready', {
    what,
    next: 'It is looked at again with the next call; the log of the node says more.',
    retryAfterSeconds: 5,
    cause,
  });

/** Octets that must find room: as much as a piece of a file, far more than a page that stands half empty. */
const PROBE_BYTES = 256 * 1024;

/** Writes something and takes it back. Random: the database packs what repeats. */
async function tryWriting({ db, home }: CloudContext): Promise<void> {
  const row = { tenant_id: home.id, content: randomUUID(), piece: 0, data: randomBytes(PROBE_BYTES) };
  const trx = await db.startTransaction().execute();
  try {
    await trx.insertInto('blob_pieces').values(row).execute();
  } finally {
    await trx.rollback().execute();
  }
}

/** Once a write found no room, until one finds some: a probe at every call would be work for nothing. */
async function checkRoom(context: CloudContext): Promise<void> {
  if (!context.load.full) return;
  await tryWriting(context).catch((cause: unknown) => {
    throw notReady('The database cannot write: its disk is full.', cause);
  });
  context.load.full = false;
}

/** Database reachable, at the version of this program, and with room. Throws `not-ready`. */
async function checkReady(context: CloudContext): Promise<void> {
  const { db } = context;
  const version = await sql<{ version: number }>`SELECT max(number) AS version FROM migrations`
    .execute(db)
    .then(({ rows }) => rows[0]?.version ?? 0)
    .catch((cause: unknown) => {
      throw notReady('The database does not answer.', cause);
    });
  if (version !== migrations.length)
    throw notReady(`The database is of version ${version}, this program of version ${migrations.length}.`);
  await checkRoom(context);
}

/** Programs on the same machine, or an access token: figures tell a stranger how a factory runs. */
async function mayRead(request: FastifyRequest, admission: Admission): Promise<void> {
  if (LOOPBACK.test(request.ip)) return;
  await admission.admit(request, { access: 'auditor' });
}

/** Health (the process answers), readiness (it can work), figures for Prometheus. */
export function registerMetrics(scope: FastifyInstance, context: CloudContext, admission: Admission): void {
  const gauges = new Gauges(context);
  scope.addHook('onResponse', (request, reply, done) => {
    gauges.observe(request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime);
    done();
  });
  scope.get('/healthz', () => ({ ok: true }));
  scope.get('/readyz', async () => {
    await checkReady(context);
    return { ok: true };
  });
  scope.get('/metrics', async (request, reply) => {
    await mayRead(request, admission);
    return reply.type(gauges.contentType).send(await gauges.text());
  });
}
