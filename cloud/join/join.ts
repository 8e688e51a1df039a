import { X509Certificate } from 'node:crypto';
import { logEvent } from '#cloud/server/alerts.ts';
import { INVITATION_TRIES } from '#cloud/server/config.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import {
  joinRequest,
  proofHolds,
  type Invitation,
  type JoinRequest,
  type Membership,
  type SealedJoin,
} from '#protocol/join.ts';
import { PROTOCOL } from '#protocol/version.ts';
import { checkAuthority, checkEndEntity, parseCertificate } from '#services/pki/chain.ts';
import { chainOf, issueCredentials } from './credentials.ts';

const NEW_CODE = 'Ask an administrator of the cloud for a new code.';

/** Who this cloud is, for people to compare before anything is sent. */
export async function invitationOf(context: CloudContext, tenantId: string): Promise<Invitation> {
  const { tenant, root } = await context.authorities.of(tenantId);
  return {
    format: 'rootline-invitation/1',
    cloud: context.config.name,
    tenant,
    stationUrl: context.config.stationUrl,
    root: root.toString('base64'),
    protocol: PROTOCOL,
  };
}

/** The same answer for a code that is wrong, was used, or never was: nobody learns which codes there are. */
function wrongCode(): CloudError {
  return new CloudError(403, {
    code: 'wrong-code',
    what: 'The code is wrong, was used before, or its day is over. The station has not joined.',
    next: `Check the code. ${NEW_CODE}`,
  });
}

function readRequest({ request }: SealedJoin): JoinRequest {
  try {
    return joinRequest.parse(JSON.parse(request));
  } catch (cause) {
    throw new CloudError(
      400,
      {
        code: 'bad-request',
        what: 'The request to join cannot be read.',
        next: 'Update the station, or the cloud.',
      },
      { cause },
    );
  }
}

/** The authority that signs the station's records must hold together by itself. */
function checkStationAuthority({ authority }: JoinRequest, now: Date) {
  const [root, issuing, station] = [authority.root, authority.issuing, authority.station].map((each) =>
    Buffer.from(each, 'base64'),
  ) as [Buffer, Buffer, Buffer];
  try {
    const parsed = (der: Buffer, title: string): X509Certificate => parseCertificate(der, title);
    const issuingCertificate = parsed(issuing, 'The issuing CA of the station');
    checkAuthority(issuingCertificate, parsed(root, 'The root of the station'), now);
    checkEndEntity(parsed(station, 'The certificate of the station'), issuingCertificate, 'station', now);
  } catch (cause) {
    throw new CloudError(
      422,
      {
        code: 'station-authority',
        what: 'The certificates that sign this station’s records do not hold together, or are not valid now.',
        next: 'Check the clock of the station, then its certificate authority.',
      },
      { cause },
    );
  }
  return { authority_root: root, authority_issuing: issuing, authority_station: station };
}

interface Invited {
  station_id: string;
  sealed: Uint8Array;
}

/** Counts the try before the proof is looked at, in a transaction of its own: a wrong one cannot be rolled back. */
async function takeTry({ db, now }: CloudContext, tenantId: string, codeId: string): Promise<Invited> {
  const row = await db
    .updateTable('invitations')
    .set((update) => ({ tries: update('tries', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('code_id', '=', codeId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .where('tries', '<', INVITATION_TRIES)
    .returning(['station_id', 'sealed'])
    .executeTakeFirst();
  if (row === undefined) throw wrongCode();
  return row;
}

/** Uses the code up; of two joins at once with one code, one finds it used. */
async function useCode(trx: Trx, tenantId: string, codeId: string, now: Date): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('invitations')
    .set({ used_at: now })
    .where('tenant_id', '=', tenantId)
    .where('code_id', '=', codeId)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw wrongCode();
}

async function admit(
  context: CloudContext,
  tenantId: string,
  stationId: string,
  request: JoinRequest,
): Promise<Membership> {
  const authority = await context.authorities.of(tenantId);
  const now = context.now();
  const trusted = checkStationAuthority(request, now);
  const { credentials, row } = await issueCredentials(
    authority,
    { id: stationId, name: request.name },
    request,
    now,
  );
  const station = await context.db.transaction().execute(async (trx) => {
    await useCode(trx, tenantId, request.codeId, now);
    const { name, courier } = await trx
      .updateTable('stations')
      .set({
        ...{ ...row, ...trusted, former_fingerprint: null, state: 'joined', version: request.version },
        ...{ joined_at: now, last_contact: now, session: null, session_seen: null, problem: null },
      })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', stationId)
      .where('state', '!=', 'revoked')
      .returning(['name', 'courier'])
      .executeTakeFirstOrThrow(wrongCode);
    await logEvent(
      trx,
      tenantId,
      { actor: 'station', action: 'station-joined', subject: name, detail: row.key_fingerprint },
      now,
    );
    // One that never has a line is told of none, or it would wait for it for ever.
    return { stationName: name, stationUrl: courier ? '' : context.config.stationUrl };
  });
  const chain = chainOf(authority);
  const base64 = (der: Buffer): string => der.toString('base64');
  return {
    format: 'rootline-membership/1',
    tenant: authority.tenant,
    ...{ stationId, ...station, credentials },
    tenantSigner: [base64(authority.signer.certificate), ...chain],
    tenantCourier: [base64(authority.courier.certificate), ...chain],
  };
}

/**
 * Lets a station in that proves to know its code: by line and by file. One that joined before gets new certificates,
 * and its old ones no longer count. Throws CloudError `wrong-code`, `bad-request`, `bad-request-for-certificate`,
 * `station-authority`.
 */
export async function join(context: CloudContext, tenantId: string, sealed: SealedJoin): Promise<Membership> {
  const request = readRequest(sealed);
  const { station_id: stationId, sealed: code } = await takeTry(context, tenantId, request.codeId);
  const plain = context.master.open('join-code', `${tenantId}/${request.codeId}`, code);
  const holds = proofHolds(plain.toString(), sealed);
  plain.fill(0);
  if (!holds) throw wrongCode();
  return admit(context, tenantId, stationId, request);
}
