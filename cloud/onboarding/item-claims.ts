import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Trx } from '#cloud/server/context.ts';
import type { Claim, Settlement, WorkAction } from '#connectors/queue/store.ts';
import { countItems, type Deltas } from './counts.ts';
import { isRevokeWaiting, type TargetName } from './item-changes.ts';

const ACTIONS = ['revoke', 'register'] as const;
/** Work of dead processes first: it has waited longest. */
const DUE_STATES = ['working', 'retry', 'waiting'] as const;
type DueState = (typeof DUE_STATES)[number];

interface Lease {
  limit: number;
  until: number;
  now: number;
}

/** Takes due items of one action and state by the index; others that hold some of them are not waited for. */
async function take(
  trx: Trx,
  { tenantId, targetId }: TargetName,
  [action, state]: [WorkAction, DueState],
  { limit, until, now }: Lease,
): Promise<Claim[]> {
  const token = randomUUID();
  const { rows } = await sql<Row>`
    WITH due AS (
      SELECT fingerprint FROM target_items
      WHERE tenant_id = ${tenantId} AND target_id = ${targetId} AND state = ${state} AND action = ${action}
        AND next_at <= ${now}
      ORDER BY next_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE target_items AS i SET state = 'working', token = ${token}, next_at = ${until}
    FROM due WHERE i.tenant_id = ${tenantId} AND i.target_id = ${targetId} AND i.fingerprint = due.fingerprint
    RETURNING i.fingerprint, i.name, i.certificate, i.serial, i.device_id, i.attempts`.execute(trx);
  return rows.map(({ attempts, device_id, ...device }) => ({
    id: itemId(targetId, device.fingerprint),
    ...{ token, action, attempts },
    device: { ...device, deviceId: device_id },
  }));
}

interface Row {
  fingerprint: string;
  name: string;
  certificate: Uint8Array;
  serial: string;
  device_id: string;
  attempts: number;
}

/** Names an item to the queue: target and fingerprint. */
export const itemId = (targetId: string, fingerprint: string): string => `${targetId}/${fingerprint}`;

function partsOf(id: string): { targetId: string; fingerprint: string } {
  const [targetId = '', fingerprint = ''] = id.split('/', 2);
  return { targetId, fingerprint };
}
/** The fingerprint of an item's id. */
export const fingerprintOf = (id: string): string => partsOf(id).fingerprint;

/** Claims up to `limit` due items, revocations first. */
export async function claimItems(trx: Trx, target: TargetName, lease: Lease): Promise<Claim[]> {
  const claims: Claim[] = [];
  const deltas: Required<Pick<Deltas, DueState | 'revoke_waiting'>> = {
    ...{ working: 0, retry: 0, waiting: 0, revoke_waiting: 0 },
  };
  for (const action of ACTIONS)
    for (const state of DUE_STATES) {
      const limit = lease.limit - claims.length;
      if (limit <= 0) break;
      const taken = await take(trx, target, [action, state], { ...lease, limit });
      deltas[state] -= taken.length;
      deltas.working += taken.length;
      if (isRevokeWaiting(state, action)) deltas.revoke_waiting -= taken.length;
      claims.push(...taken);
    }
  await countItems(trx, target.tenantId, target.targetId, deltas);
  return claims;
}

interface Outcome {
  fingerprint: string;
  token: string;
  state: 'done' | 'retry' | 'dead';
  attempts: number | null;
  next_at: number | null;
  code: string | null;
  reason: string | null;
}

function outcomeOf(settlement: Settlement): Outcome {
  const { fingerprint } = partsOf(settlement.id);
  const { token, to } = settlement;
  const none = { attempts: null, next_at: null, code: null, reason: null };
  if (to === 'done') return { fingerprint, token, state: 'done', ...none };
  const { attempts, reason } = settlement;
  const next_at = to === 'retry' ? settlement.nextAt : null;
  return { fingerprint, token, state: to, attempts, next_at, code: reason.code, reason: reason.message };
}

/** Books the outcomes of one target; those whose claim is no longer current are left out. */
async function settleTarget(trx: Trx, { tenantId, targetId }: TargetName, all: Outcome[], at: Date) {
  const { rows } = await sql<{ state: 'registered' | 'revoked' | 'retry' | 'dead'; action: WorkAction }>`
    UPDATE target_items AS i SET token = NULL, at = ${at}::timestamptz, attempts = coalesce(r.attempts, i.attempts),
      next_at = coalesce(r.next_at, i.next_at), reason_code = r.code, reason = r.reason,
      state = CASE WHEN r.state <> 'done' THEN r.state WHEN i.action = 'register' THEN 'registered' ELSE 'revoked' END
    FROM jsonb_to_recordset(${JSON.stringify(all)}::jsonb)
      AS r(fingerprint text, token text, state text, attempts integer, next_at bigint, code text, reason text)
    WHERE i.tenant_id = ${tenantId} AND i.target_id = ${targetId} AND i.fingerprint = r.fingerprint
      AND i.token = r.token AND i.state = 'working'
    RETURNING i.state, i.action`.execute(trx);
  const deltas: Deltas = { working: -rows.length };
  for (const { state, action } of rows) {
    deltas[state] = (deltas[state] ?? 0) + 1;
    if (isRevokeWaiting(state, action)) deltas.revoke_waiting = (deltas.revoke_waiting ?? 0) + 1;
  }
  await countItems(trx, tenantId, targetId, deltas);
  return rows.length;
}

/** Books how claims ended. Returns how many counted. */
export async function settleItems(
  trx: Trx,
  tenantId: string,
  results: readonly Settlement[],
  at: Date,
): Promise<number> {
  const byTarget = Map.groupBy(results, ({ id }) => partsOf(id).targetId);
  let counted = 0;
  for (const [targetId, each] of byTarget)
    counted += await settleTarget(trx, { tenantId, targetId }, each.map(outcomeOf), at);
  return counted;
}
