import { notFound } from '#cloud/api/api-error.ts';
import { certificatesOf } from '#cloud/api/certificate-rows.ts';
import { certificateView, withPem, type CertificateRecord } from '#cloud/api/certificate-view.ts';
import type { Call, Some } from '#cloud/api/handlers.ts';
import { anyStartsWith, before, byTime, cursorOf, page, readCursor } from '#cloud/api/paging.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import type { RevocationContext } from './issuers.ts';
import { revokeCertificate } from './revoke.ts';

type Context = CloudContext & RevocationContext;
const SEARCHED = ['certificates.fingerprint', 'certificates.serial', 'certificates.device_id'];

async function list({ db }: Context, { caller, query }: Call<'certificates'>) {
  const { text, state, after, limit } = query;
  const cursor = readCursor(after, byTime);
  let found = certificatesOf(db, caller.tenantId);
  if (text !== '') found = found.where(anyStartsWith(SEARCHED, text.toLowerCase()));
  if (state !== 'all') found = found.where('certificates.state', '=', state);
  if (cursor !== null) found = found.where(before(['certificates.at', 'certificates.fingerprint'], cursor));
  const rows = await found
    .orderBy('certificates.at', 'desc')
    .orderBy('certificates.fingerprint', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, [certificateView, ({ at, fingerprint }) => cursorOf(at, fingerprint)]);
}

async function one({ db }: Context, tenantId: string, fingerprint: string): Promise<CertificateRecord> {
  const row = await certificatesOf(db, tenantId)
    .where('certificates.fingerprint', '=', fingerprint)
    .executeTakeFirst();
  if (row === undefined) throw notFound('certificate');
  return row;
}

/** Lists that are shown at once: those of the cloud, and of as many stations. */
const MOST_LISTS = 200;

async function lists({ db }: Context, tenantId: string) {
  const rows = await db
    .selectFrom('crls')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('issuer')
    .limit(MOST_LISTS)
    .execute();
  return rows.map((row) => ({
    issuer: row.issuer,
    number: row.number,
    thisUpdate: row.this_update.toISOString(),
    nextUpdate: row.next_update.toISOString(),
    revoked: row.revoked,
    der: Buffer.from(row.der).toString('base64'),
  }));
}

async function listOf({ db, home }: Context, { params, reply }: Call<'crl'>): Promise<Buffer> {
  const row = await db
    .selectFrom('crls')
    .select(['der', 'next_update'])
    .where('tenant_id', '=', home.id)
    .where('issuer', '=', params.issuer)
    .executeTakeFirst();
  if (row === undefined) throw notFound('list of revoked certificates');
  reply.header('cache-control', 'public, max-age=60').header('expires', row.next_update.toUTCString());
  return Buffer.from(row.der);
}

/** Certificates, their revocation, and the lists that say so. */
export function certificateHandlers(
  context: Context,
): Some<'certificates' | 'certificate' | 'revokeCertificate' | 'crls' | 'crl'> {
  return {
    certificates: (call) => list(context, call),
    certificate: async ({ caller, params }) =>
      withPem(await one(context, caller.tenantId, params.fingerprint)),
    revokeCertificate: async (call) => {
      await revokeCertificate(context, call);
      return certificateView(await one(context, call.caller.tenantId, call.params.fingerprint));
    },
    crls: async ({ caller }) => ({ crls: await lists(context, caller.tenantId) }),
    crl: (call) => listOf(context, call),
  };
}
