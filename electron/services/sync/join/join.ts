import type { Authority } from '#services/pki/authority.ts';
import {
  joinProof,
  membership as membershipShape,
  normalCode,
  type Invitation,
  type JoinRequest,
  type Membership as Answer,
  type SealedJoin,
} from '#protocol/join.ts';
import { checkPeer } from '../line/connect.ts';
import { openLine } from '../line/line-client.ts';
import { certificationRequests, makeKeys, type KeyVault } from '../line-keys.ts';
import { der, sha256Of, type KeyPair, type Membership } from '../membership.ts';
import { ChainError } from '../trust/chain.ts';
import { verifyCredentials, verifyTenantKeys } from '../trust/certificates.ts';
import { fetchInvitation, type LookParts } from './invitation.ts';
import { joinError } from './join-error.ts';

export interface JoinParts extends LookParts {
  vault: KeyVault;
  authority: Pick<Authority, 'root' | 'issuerCertificate' | 'station'>;
  name: string;
  version: string;
}

/** The code as it is proved. Throws AppError `join-code`. */
export function codeOf(text: string): string {
  const code = normalCode(text);
  if (code === null) throw joinError('join-code');
  return code;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** New keys, and the request for them with a proof that the code is known. The code itself goes nowhere. */
export async function sealRequest(
  { vault, authority, name, version, date }: JoinParts,
  code: string,
): Promise<{ keys: KeyPair; sealed: SealedJoin }> {
  const keys = await makeKeys(vault);
  const { root, issuerCertificate, station } = authority;
  const request: JoinRequest = {
    ...{ format: 'rootline-join/1', codeId: code.slice(0, 4), name, version },
    ...(await certificationRequests(vault, keys, name)),
    authority: { root: base64(root), issuing: base64(issuerCertificate), station: base64(station) },
    at: date().toISOString(),
  };
  const text = JSON.stringify(request);
  return { keys, sealed: { request: text, proof: joinProof(code, text) } };
}

/** What the answer must agree with. */
export interface Asked {
  invitation: Invitation;
  root: Uint8Array;
  keys: KeyPair;
}

/** The answer is for our keys, from the cloud whose root was compared, for the tenant that invited. Throws AppError. */
export async function checkAnswer(
  { vault, date }: Pick<JoinParts, 'vault' | 'date'>,
  { invitation, root, keys }: Asked,
  answer: Answer,
): Promise<Membership> {
  if (answer.tenant.id !== invitation.tenant.id) throw joinError('join-membership', { reason: 'tenant' });
  const { credentials, tenantSigner, tenantCourier, stationId, stationName, tenant } = answer;
  try {
    await verifyCredentials(vault, { keys, credentials }, root, date());
    verifyTenantKeys({ tenantSigner, tenantCourier }, root, date());
  } catch (cause) {
    if (cause instanceof ChainError) throw joinError('join-membership', { reason: cause.fault }, cause);
    throw cause;
  }
  return {
    ...{ cloud: invitation.cloud, tenant, stationId, stationName, url: answer.stationUrl },
    ...{ root: base64(root), tenantSigner, tenantCourier, credentials, keys, earlier: [] },
    signers: [sha256Of(der(tenantSigner[0] ?? ''))],
    joinedAt: date().toISOString(),
    ...{ renewAfter: null, numbered: false },
  };
}

/**
 * Joins over the line. The invitation is fetched again and must be that of the root which was compared; only under that
 * root does the request go out.
 */
export async function joinByLine(
  parts: JoinParts,
  { url, fingerprint, code }: { url: string; fingerprint: string; code: string },
): Promise<Membership> {
  const { invitation, root, fingerprint: found } = await fetchInvitation(url, parts);
  if (found !== fingerprint) throw joinError('join-fingerprint', { found });
  const { keys, sealed } = await sealRequest(parts, code);
  const judge = (peer: Parameters<typeof checkPeer>[0]) => checkPeer(peer, root, parts.date());
  const line = openLine({ url, context: null, judge, proxy: parts.proxy });
  try {
    const answer = await line.call('POST', '/v1/join', membershipShape, sealed);
    const record = await checkAnswer(parts, { invitation, root, keys }, answer);
    return record.url === '' ? { ...record, url } : record;
  } finally {
    await line.close();
  }
}
