import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import type { Selectable } from 'kysely';
import type { CloudTables } from '#cloud/db/schema.ts';
import { EKU, sha256 } from '#cloud/pki/certificates.ts';
import type { TenantAuthority } from '#cloud/pki/tenant-authority.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';

/** Who a connection of the station listener belongs to. */
export interface StationIdentity {
  tenantId: string;
  stationId: string;
  /** Its row as it was when the call came in. */
  station: Selectable<CloudTables['stations']>;
}

function refuse(status: number, code: string, what: string, next: string): CloudError {
  return new CloudError(status, { code, what, next });
}

const RENEW = 'Renew the certificate by courier, or ask an administrator of the cloud for a new invitation.';
const refusals = {
  missing: () =>
    refuse(
      401,
      'certificate-missing',
      'The station listener takes only connections with a station certificate.',
      'Let the station join first.',
    ),
  foreign: () =>
    refuse(
      403,
      'wrong-tenant',
      'The certificate was issued by another authority: by another cloud, or for another tenant.',
      'Check the address of the cloud that the station joined.',
    ),
  time: () => refuse(403, 'certificate-expired', 'The certificate of the station is not valid now.', RENEW),
  purpose: () =>
    refuse(403, 'certificate-purpose', 'The certificate is not that of a station.', 'Let the station join.'),
  unknown: () =>
    refuse(
      403,
      'station-unknown',
      'No station is known under this certificate; it was replaced or its station is gone.',
      'Ask an administrator of the cloud for a new invitation.',
    ),
  revoked: () =>
    refuse(
      403,
      'station-revoked',
      'The station was revoked in the cloud. Its records stay with it.',
      'Talk to an administrator of the cloud.',
    ),
};

/** The connection's certificate, checked against authorities and time once per connection. */
interface Peer {
  tenantId: string;
  fingerprint: string;
  validTo: Date;
}

const isOf = (certificate: X509Certificate, { issuing }: TenantAuthority): boolean => {
  const issuer = issuing.x509;
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
};

async function readPeer(context: CloudContext, certificate: X509Certificate | undefined): Promise<Peer> {
  if (certificate === undefined) throw refusals.missing();
  const authorities = await context.authorities.all();
  const authority = authorities.find((each) => isOf(certificate, each));
  if (authority === undefined) throw refusals.foreign();
  const now = context.now();
  if (now < certificate.validFromDate || now > certificate.validToDate) throw refusals.time();
  // Node names the extended key usage `keyUsage`.
  if ((certificate.keyUsage as string[] | undefined)?.join() !== EKU.client) throw refusals.purpose();
  return {
    tenantId: authority.tenant.id,
    fingerprint: sha256(certificate.raw),
    validTo: certificate.validToDate,
  };
}

/** The new certificate is in use: the one before it ends now. */
async function forgetFormer({ db }: CloudContext, tenantId: string, id: string): Promise<void> {
  await db
    .updateTable('stations')
    .set({ former_fingerprint: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

async function stationOf(context: CloudContext, { tenantId, fingerprint }: Peer): Promise<StationIdentity> {
  const station = await context.db
    .selectFrom('stations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where((or) => or.or([or('fingerprint', '=', fingerprint), or('former_fingerprint', '=', fingerprint)]))
    .executeTakeFirst();
  if (station === undefined) throw refusals.unknown();
  if (station.state === 'revoked') throw refusals.revoked();
  if (station.state !== 'joined') throw refusals.unknown();
  if (station.former_fingerprint !== null && station.fingerprint === fingerprint)
    await forgetFormer(context, tenantId, station.id);
  return { tenantId, stationId: station.id, station };
}

const peers = new WeakMap<object, Peer>();

/** HTTP/2 hands out a new socket wrapper per stream; the session is one per connection. */
function connectionOf({ raw }: FastifyRequest): object {
  const { stream } = raw as unknown as { stream?: { session?: object } };
  return stream?.session ?? raw.socket;
}

/**
 * Which station is calling: its certificate is one of ours, valid now, known and not revoked. The station's row is read
 * on every call, so a revocation counts from the next call on. Throws CloudError.
 */
export async function identifyStation(
  context: CloudContext,
  request: FastifyRequest,
): Promise<StationIdentity> {
  const connection = connectionOf(request);
  const socket = request.raw.socket as unknown as Pick<TLSSocket, 'getPeerX509Certificate'>;
  const peer = peers.get(connection) ?? (await readPeer(context, socket.getPeerX509Certificate()));
  peers.set(connection, peer);
  if (context.now() > peer.validTo) throw refusals.time();
  return stationOf(context, peer);
}
