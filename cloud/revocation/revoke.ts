import type { Selectable } from 'kysely';
import { notFound, refusal } from '#cloud/api/api-error.ts';
import type { Call } from '#cloud/api/handlers.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import { queueDown } from '#cloud/down/queue-down.ts';
import { NO_STATION, PART, Tally } from '#cloud/ingest/tally.ts';
import { revokeAtTargets } from '#cloud/onboarding/enqueue.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import type { DownBody } from '#protocol/down.ts';
import { issuerOfCertificate, type IssuerName, type RevocationContext } from './issuers.ts';
import { signDirectList, signIndirectList, type SignedList } from './lists.ts';

type Context = CloudContext & RevocationContext;
type Certificate = Selectable<CloudTables['certificates']>;
interface Decision {
  reason: string;
  by: string;
  at: Date;
}

/** A list goes along with the message up to this size; a larger one is fetched. */
const LIST_ALONG = 64 * 1024;

async function lock(trx: Trx, tenantId: string, fingerprint: string): Promise<Certificate> {
  const row = await trx
    .selectFrom('certificates')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('fingerprint', '=', fingerprint)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound('certificate');
  if (row.state === 'active') return row;
  throw refusal('conflict', {
    what: 'This certificate is revoked already.',
    next: 'Nothing more is needed; its unit shows how far the targets are.',
  });
}

async function book(
  trx: Trx,
  row: Certificate,
  issuer: IssuerName,
  { reason, by, at }: Decision,
): Promise<void> {
  const { tenant_id, fingerprint, serial, device_id } = row;
  await trx
    .updateTable('certificates')
    .set({ state: 'revoked', revoked_at: at, reason })
    .where('tenant_id', '=', tenant_id)
    .where('fingerprint', '=', fingerprint)
    .execute();
  await trx
    .insertInto('revocations')
    .values({ tenant_id, fingerprint, serial, device_id, issuer: issuer.fingerprint, reason, at, by })
    .execute();
  if (device_id !== null)
    await trx
      .updateTable('units')
      .set({ revoked: true })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', device_id)
      .execute();
  const tally = new Tally();
  tally.add(row.station_id ?? NO_STATION, 'certificates_revoked', 1);
  await tally.write(trx, tenant_id, PART.console);
}

/** Stations that may hold it: the one that issued it, and the one that had the unit last. */
async function holders(trx: Trx, { tenant_id, station_id, device_id }: Certificate): Promise<string[]> {
  const found = new Set(station_id === null ? [] : [station_id]);
  if (device_id !== null) {
    const unit = await trx
      .selectFrom('units')
      .select('station_id')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', device_id)
      .executeTakeFirst();
    if (unit !== undefined) found.add(unit.station_id);
  }
  if (found.size === 0) return [];
  const rows = await trx
    .selectFrom('stations')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('id', 'in', [...found])
    .where('state', '=', 'joined')
    // Always in one order: queueDown locks each row.
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

function messageOf(
  row: Certificate,
  { reason, at }: Decision,
  list: SignedList | null,
): DownBody<'revocations'> {
  const { fingerprint, serial, device_id: deviceId } = row;
  const along = list !== null && list.der.length <= LIST_ALONG;
  return {
    revoked: [{ fingerprint, serial, deviceId, reason, at: at.toISOString() }],
    crl: along ? { issuer: list.issuer, number: list.number, der: list.der.toString('base64') } : null,
  };
}

async function revokeIn(context: Context, trx: Trx, row: Certificate, decision: Decision): Promise<void> {
  const { tenant_id: tenantId, fingerprint, serial } = row;
  const issuer = await issuerOfCertificate(context, trx, tenantId, row);
  await book(trx, row, issuer, decision);
  const list = issuer.ours ? await signDirectList(context, trx, tenantId) : null;
  await signIndirectList(context, trx, tenantId);
  const message = messageOf(row, decision, list);
  for (const stationId of await holders(trx, row))
    await queueDown(context, trx, { tenantId, stationId }, 'revocations', message);
  await revokeAtTargets(trx, row, decision.at);
  const detail = `serial ${serial}: ${decision.reason}`;
  const event = { actor: decision.by, action: 'certificate.revoked', subject: fingerprint, detail };
  await logEvent(trx, tenantId, event, decision.at);
}

/**
 * Revokes: state, lists that the cloud can sign, the message to the stations that may hold it, and the onboarding
 * targets, all in one transaction.
 */
export async function revokeCertificate(
  context: Context,
  { caller, params, body }: Call<'revokeCertificate'>,
): Promise<void> {
  const { tenantId, label: by } = caller;
  // Loaded before the transaction begins: with PGlite there is one connection.
  await context.est.of(tenantId);
  await context.authorities.of(tenantId);
  const decision = { reason: body.reason, by, at: context.now() };
  await context.db.transaction().execute(async (trx) => {
    await revokeIn(context, trx, await lock(trx, tenantId, params.fingerprint), decision);
  });
}
