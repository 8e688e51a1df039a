import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { mayDo } from '#cloud/api/admission.ts';
import { identifyStation } from '#cloud/line/identity.ts';
import { Buckets } from '#cloud/metrics/buckets.ts';
import { sha256 } from '#cloud/pki/certificates.ts';
import { issuerOfCertificate } from '#cloud/revocation/issuers.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { checkToken } from '#cloud/server/tokens.ts';
import { subjectOf } from '#services/pki/crl.ts';
import { estAuthorities } from './authority.ts';
import { checkCode } from './codes.ts';
import type { Grant } from './enrol.ts';
import { EstError } from './est-error.ts';
import { namesIn, type DeviceRequest } from './request.ts';

/** Wrong codes and tokens from one address. */
const WRONG = { perMinute: 10, burst: 20 };

/** Password of HTTP Basic (RFC 7617, 2); the user's name is for logs of others and means nothing here. */
function basicPassword({ headers }: FastifyRequest): string | null {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : null;
}

/** Enrolment with a one-time code or an access token, as the password of HTTP Basic (RFC 7030, 3.2.3). */
export class BasicGrants {
  readonly #context: CloudContext;
  readonly #wrong: Buckets;

  constructor(context: CloudContext) {
    this.#context = context;
    this.#wrong = new Buckets(WRONG, () => context.now().getTime());
  }

  /** Throws EstError 401, 403, 429. */
  async of(request: FastifyRequest): Promise<Grant> {
    const password = basicPassword(request);
    if (password === null) throw new EstError(401, 'Enrolment needs a one-time code or an access token.');
    const { db, now } = this.#context;
    const plain = { ownDeviceId: null, forLife: false };
    const code = await checkCode(db, password, now());
    if (code !== null) return { ...plain, tenantId: code.tenantId, actor: `code ${code.label}`, code };
    const holder = await checkToken(db, password, now());
    if (holder === null) throw this.#refusal(request);
    if (!mayDo(holder.role, 'planner'))
      throw new EstError(403, 'This token may not enrol devices; it takes the role planner.');
    return { ...plain, tenantId: holder.tenantId, actor: holder.label, code: null };
  }

  #refusal({ ip }: FastifyRequest): EstError {
    const waitMs = this.#wrong.take(ip);
    if (waitMs === 0) return new EstError(401, 'The code or token is wrong, was used, or has ended.');
    return new EstError(429, 'Too many wrong codes from this address.', {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    });
  }
}

/** A station enrols devices on the word of its line certificate. Throws CloudError as every call of the line does. */
export async function stationGrant(context: CloudContext, request: FastifyRequest): Promise<Grant> {
  const { tenantId, station } = await identifyStation(context, request);
  return { tenantId, actor: `station ${station.name}`, ownDeviceId: null, forLife: true, code: null };
}

const stranger = (): EstError =>
  new EstError(403, 'The connection’s certificate is not that of a device known here, or it was revoked.');

interface Known {
  tenantId: string;
  deviceId: string;
}

/** The device that a certificate is of, in whichever tenant: active, valid now, and really signed by its issuer. */
async function deviceOf(context: CloudContext, certificate: X509Certificate): Promise<Known> {
  const now = context.now();
  if (now < certificate.validFromDate || now > certificate.validToDate) throw stranger();
  for (const { tenant } of await context.authorities.all()) {
    const row = await context.db
      .selectFrom('certificates')
      .select(['der', 'station_id', 'device_id', 'state'])
      .where('tenant_id', '=', tenant.id)
      .where('fingerprint', '=', sha256(certificate.raw))
      .executeTakeFirst();
    if (row === undefined) continue;
    if (row.state !== 'active' || row.device_id === null) throw stranger();
    const revocation = { ...context, est: estAuthorities(context) };
    await revocation.est.of(tenant.id);
    const issuer = await issuerOfCertificate(revocation, context.db, tenant.id, row);
    if (issuer.fingerprint === null) throw stranger();
    return { tenantId: tenant.id, deviceId: row.device_id };
  }
  throw stranger();
}

/** A device renews its own name and no other (RFC 7030, 4.2.2). Throws EstError 400, 403. */
export async function deviceGrant(
  context: CloudContext,
  request: FastifyRequest,
  { commonName, serial }: DeviceRequest,
): Promise<Grant> {
  const { socket } = request.raw as unknown as { socket: TLSSocket };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined)
    throw new EstError(401, 'Renewal takes a connection with the certificate that is renewed.');
  const { tenantId, deviceId } = await deviceOf(context, certificate);
  const own = namesIn(subjectOf(certificate.raw));
  if (own.commonName !== commonName || own.serial !== serial)
    throw new EstError(400, 'The request is for another name than the certificate of the connection.');
  return { tenantId, actor: `device ${commonName}`, ownDeviceId: deviceId, forLife: false, code: null };
}
