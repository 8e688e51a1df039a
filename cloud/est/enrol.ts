import { X509Certificate } from 'node:crypto';
import { NO_STATION, PART, Tally } from '#cloud/ingest/tally.ts';
import { registerAtTargets } from '#cloud/onboarding/enqueue.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { NO_EXPIRY } from '#services/pki/profile.ts';
import { estAuthorities } from './authority.ts';
import { takeCode, type EstCode } from './codes.ts';
import { EstError } from './est-error.ts';
import { issueDevice, type IssuedDevice } from './issue.ts';
import type { DeviceRequest } from './request.ts';

/** On whose word a device gets its certificate. */
export interface Grant {
  tenantId: string;
  actor: string;
  /** Of a device's own renewal: the key that it has now, which it may keep. */
  ownDeviceId: string | null;
  /** Identity for life (IEEE 802.1AR, IDevID), as a station gives it; otherwise one that is renewed. */
  forLife: boolean;
  code: EstCode | null;
}

/** Days of a certificate that its device renews by itself. */
const DEVICE_DAYS = 730;
/** A device's clock may be behind by this much. */
const BACKDATE_MS = 25 * 3_600_000;
/** Issues under way at once; beyond it devices are asked to come back (RFC 7030, 4.2.3). */
const MOST_AT_ONCE = 64;
const RETRY_SECONDS = 5;
let underWay = 0;

/** Runs one issue, or asks to come back: 202. */
export async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  if (underWay >= MOST_AT_ONCE)
    throw new EstError(202, 'Many devices are being served. Come back later.', {
      retryAfterSeconds: RETRY_SECONDS,
    });
  underWay += 1;
  try {
    return await act();
  } finally {
    underWay -= 1;
  }
}

/** A key belongs to one device for ever: none that any station or device has shown before gets a certificate again. */
async function refuseKnownKey(trx: Trx, { tenantId, ownDeviceId }: Grant, deviceId: string): Promise<void> {
  if (deviceId === ownDeviceId) return;
  const seen = await trx
    .selectFrom('certificates')
    .select('fingerprint')
    .where('tenant_id', '=', tenantId)
    .where('device_id', '=', deviceId)
    .executeTakeFirst();
  const identity = await trx
    .selectFrom('identities')
    .select('device_id')
    .where('tenant_id', '=', tenantId)
    .where('device_id', '=', deviceId)
    .executeTakeFirst();
  if (seen !== undefined || identity !== undefined)
    throw new EstError(
      400,
      'This key has been seen before. Nothing was issued. Make a new key in the device.',
    );
}

async function book(
  trx: Trx,
  grant: Grant,
  request: DeviceRequest,
  issued: IssuedDevice,
  at: Date,
): Promise<void> {
  const { tenantId, actor, ownDeviceId } = grant;
  const { fingerprint, serial, der } = issued;
  const issuer = new X509Certificate(der).issuer.replaceAll('\n', ', ');
  await trx
    .insertInto('certificates')
    .values({
      ...{ tenant_id: tenantId, fingerprint, serial, device_id: request.deviceId, issuer, der, at },
      ...{ station_id: null, run_id: null, reason: null },
    })
    .execute();
  const tally = new Tally();
  tally.add(NO_STATION, 'certificates', 1);
  await tally.write(trx, tenantId, PART.console);
  const action = ownDeviceId === null ? 'certificate.issued' : 'certificate.renewed';
  await logEvent(trx, tenantId, { actor, action, subject: fingerprint, detail: request.commonName }, at);
  const device = { jobId: '', fingerprint, serial, deviceId: request.deviceId, der };
  // A renewed device keeps its name, and with it its place at the targets.
  if (ownDeviceId === null) await registerAtTargets(trx, tenantId, [device], at);
}

function validity(forLife: boolean, now: Date): { from: Date; until: Date } {
  const until = forLife ? NO_EXPIRY : new Date(now.getTime() + DEVICE_DAYS * 86_400_000);
  return { from: new Date(now.getTime() - BACKDATE_MS), until };
}

/** Issues for a checked request on a grant. Throws EstError 400 (key seen before, another serial), 401 (code used). */
export async function enrol(
  context: CloudContext,
  grant: Grant,
  request: DeviceRequest,
): Promise<IssuedDevice> {
  const { code, tenantId } = grant;
  if (code?.serial != null && code.serial !== request.serial)
    throw new EstError(400, 'The code is for another serial number. Nothing was issued.');
  const authority = await estAuthorities(context).of(tenantId);
  const now = context.now();
  return context.db.transaction().execute(async (trx) => {
    await refuseKnownKey(trx, grant, request.deviceId);
    if (code !== null && !(await takeCode(trx, code, now)))
      throw new EstError(401, 'The code was used before. Ask for a new one.');
    const issued = await issueDevice(authority, request, validity(grant.forLife, now));
    await book(trx, grant, request, issued, now);
    return issued;
  });
}
