import { X509Certificate } from 'node:crypto';
import { downBodies, type DownBody, type DownKind, type DownMessage } from '#protocol/down.ts';
import type { DownEffect, JobRepository, OutboxRepository, SettingsRepository } from '#store/api.ts';
import { isForKey, type KeyVault } from '../line-keys.ts';
import {
  der,
  keyPair,
  readSetting,
  SETTING,
  sha256Of,
  type KeyPair,
  type Membership,
} from '../membership.ts';
import { takePlace } from '../reconcile.ts';
import { ChainError, parseDer } from '../trust/chain.ts';
import { verifyCredentials, verifyTenantKeys } from '../trust/certificates.ts';
import { planOrder, refusal, type Planned } from './order.ts';
import type { BlobSource } from './order-files.ts';
import type { OrderedJobs } from './ordered-jobs.ts';

export interface PlanParts {
  membership: Membership;
  vault: KeyVault;
  ordered: OrderedJobs;
  jobs: Pick<JobRepository, 'get'>;
  outbox: Pick<OutboxRepository, 'state' | 'at' | 'acknowledge'>;
  settings: Pick<SettingsRepository, 'get'>;
  blobs: BlobSource;
  date: () => Date;
}

type Planner<K extends DownKind> = (body: DownBody<K>, parts: PlanParts) => Promise<Planned> | Planned;

const setting = (key: string, value: unknown): DownEffect => ({
  kind: 'settings',
  settings: [{ key, value: value === null ? '' : JSON.stringify(value) }],
});

/** Certificates that are trusted from now on, beside those before: messages signed before the change are still under way. */
function planTrust({ tenantSigner, tenantCourier }: DownBody<'trust'>, parts: PlanParts): Planned {
  const { membership, date } = parts;
  const title = 'New keys of the cloud';
  try {
    verifyTenantKeys({ tenantSigner, tenantCourier }, der(membership.root), date());
  } catch (error) {
    if (error instanceof ChainError)
      return refusal(title, 'The new keys do not lead to the root of this cloud.');
    throw error;
  }
  const signers = [...new Set([sha256Of(der(tenantSigner[0] ?? '')), ...membership.signers])];
  const next: Membership = { ...membership, tenantSigner, tenantCourier, signers };
  return { title, reason: null, effect: setting(SETTING.membership, next) };
}

/** The keys that the new certificates are for: those asked for, or the present ones. */
async function keysFor(
  { line, courier }: { line: X509Certificate; courier: X509Certificate },
  { membership, vault, settings }: PlanParts,
): Promise<KeyPair | null> {
  const renewal = await readSetting(settings, SETTING.renewal, keyPair);
  for (const keys of [renewal, membership.keys]) {
    if (keys === null) continue;
    const own = await isForKey(vault, 'line', keys.line, line);
    if (own && (await isForKey(vault, 'courier', keys.courier, courier))) return keys;
  }
  return null;
}

/** The membership under new certificates; courier files sealed for the old key still open. */
export function renewed(
  membership: Membership,
  keys: KeyPair,
  credentials: Membership['credentials'],
): Membership {
  const before = { key: membership.keys.courier, certificate: membership.credentials.courierCertificate };
  const earlier = [before, ...membership.earlier].filter(({ key }) => key !== keys.courier).slice(0, 3);
  return { ...membership, keys, credentials, earlier, renewAfter: null };
}

async function planCertificate(body: DownBody<'certificate'>, parts: PlanParts): Promise<Planned> {
  const { membership, vault, date } = parts;
  const title = 'New certificate of this station';
  const [line, courier] = [parseDer(der(body.certificate)), parseDer(der(body.courierCertificate))];
  const keys = await keysFor({ line, courier }, parts);
  if (keys === null) return refusal(title, 'The certificate is for a key that this station does not have.');
  try {
    await verifyCredentials(vault, { keys, credentials: body }, der(membership.root), date());
  } catch (error) {
    if (error instanceof ChainError) return refusal(title, 'It does not lead to the root of this cloud.');
    throw error;
  }
  const settings = [
    { key: SETTING.membership, value: JSON.stringify(renewed(membership, keys, body)) },
    { key: SETTING.renewal, value: '' },
  ];
  return { title, reason: null, effect: { kind: 'settings', settings } };
}

/** What the cloud holds, told by courier: the same as a line's answer. Throws LineError `chain-forked`. */
async function planAck({ place }: DownBody<'ack'>, { outbox }: PlanParts): Promise<Planned> {
  await takePlace(outbox, place);
  return {
    title: `Cloud holds ${place.position} records`,
    reason: null,
    effect: { kind: 'settings', settings: [] },
  };
}

const planners: { [K in DownKind]: Planner<K> } = {
  order: (body, parts) => planOrder(body, parts),
  withdraw: ({ orderId, jobId, revision, reason }) => ({
    title: `Order for ${jobId}, revision ${revision}, taken back: ${reason}`,
    ...{ effect: { kind: 'withdraw', orderId, jobId, revision }, reason: null },
  }),
  revocations: ({ revoked }) => ({
    title: `${revoked.length} certificates revoked`,
    ...{ effect: { kind: 'revocations', revoked }, reason: null },
  }),
  trust: planTrust,
  policy: (body) => ({
    title: body.paused ? 'The cloud asks to pause' : 'Policy of the line',
    ...{ effect: setting(SETTING.policy, body), reason: null },
  }),
  certificate: planCertificate,
  ack: planAck,
};

const isKind = (kind: string): kind is DownKind => Object.hasOwn(downBodies, kind);

/** What a believed message does. What cannot be used is refused with a reason, and the cloud gets a receipt for it. */
export async function plan(message: DownMessage, parts: PlanParts): Promise<Planned> {
  const { kind } = message;
  if (!isKind(kind))
    return refusal(`Message of kind ${kind}`, 'This version of the station does not know this kind.');
  const body = downBodies[kind].safeParse(message.body);
  if (!body.success)
    return refusal(`Message of kind ${kind}`, 'The message is not of the form that was agreed.');
  // The table guarantees that kind and body belong together; TypeScript cannot follow a union of keys.
  return (planners[kind] as Planner<never>)(body.data as never, parts);
}
