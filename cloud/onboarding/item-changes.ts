import { sql } from 'kysely';
import type { Trx } from '#cloud/server/context.ts';
import type { Device } from '#connectors/connector.ts';
import { countItems, type Deltas } from './counts.ts';

/** One target of one tenant. */
export interface TargetName {
  tenantId: string;
  targetId: string;
}

/** Devices as rows: one statement for all, whatever their number. */
const rowsOf = (devices: readonly Device[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(
    devices.map(({ fingerprint, name, certificate, serial, deviceId }) => ({
      ...{ fingerprint, name, serial, device_id: deviceId },
      certificate: Buffer.from(certificate).toString('hex'),
    })),
  )}::jsonb) AS d(fingerprint text, name text, serial text, device_id text, certificate text)`;

/** Puts what is not there yet; the fingerprints of those. */
async function insert(
  trx: Trx,
  { tenantId, targetId }: TargetName,
  [action, devices]: ['register' | 'revoke', readonly Device[]],
  at: Date,
): Promise<string[]> {
  const { rows } = await sql<{ fingerprint: string }>`
    INSERT INTO target_items (tenant_id, target_id, fingerprint, name, device_id, serial, certificate, action, state, next_at, at)
    SELECT ${tenantId}::uuid, ${targetId}::uuid, d.fingerprint, d.name, d.device_id, d.serial,
      decode(d.certificate, 'hex'), ${action}::text, 'waiting', 0, ${at}::timestamptz
    FROM ${rowsOf(devices)}
    ON CONFLICT DO NOTHING RETURNING fingerprint`.execute(trx);
  return rows.map(({ fingerprint }) => fingerprint);
}

/** Wants devices registered, in the transaction that books them. Returns how many are new at this target. */
export async function wantRegistered(
  trx: Trx,
  target: TargetName,
  devices: readonly Device[],
  at: Date,
): Promise<number> {
  if (devices.length === 0) return 0;
  const added = await insert(trx, target, ['register', devices], at);
  await countItems(trx, target.tenantId, target.targetId, { waiting: added.length });
  return added.length;
}

const PENDING = ['waiting', 'retry'];

/** Turns those that were to be registered, or are, into ones to be revoked. */
async function turn(trx: Trx, { tenantId, targetId }: TargetName, fingerprints: string[], at: Date) {
  if (fingerprints.length === 0) return [];
  const those = trx
    .selectFrom('target_items')
    .select(['fingerprint', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('fingerprint', 'in', fingerprints)
    .where('action', '=', 'register');
  const found = await those.forUpdate().execute();
  if (found.length === 0) return [];
  await trx
    .updateTable('target_items')
    .set({ action: 'revoke', state: 'waiting', attempts: 0, token: null, next_at: 0, at })
    .set({ reason: null, reason_code: null })
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where(
      'fingerprint',
      'in',
      found.map(({ fingerprint }) => fingerprint),
    )
    .execute();
  return found;
}

/** Wants devices revoked, whatever their state; what is not there is put, so that a late registration cannot slip in. */
export async function wantRevoked(
  trx: Trx,
  target: TargetName,
  devices: readonly Device[],
  at: Date,
): Promise<number> {
  if (devices.length === 0) return 0;
  const added = new Set(await insert(trx, target, ['revoke', devices], at));
  const rest = devices.map(({ fingerprint }) => fingerprint).filter((each) => !added.has(each));
  const turned = await turn(trx, target, rest, at);
  const changed = added.size + turned.length;
  const deltas: Deltas = { waiting: changed, revoke_waiting: changed };
  for (const { state } of turned) deltas[state] = (deltas[state] ?? 0) - 1;
  await countItems(trx, target.tenantId, target.targetId, deltas);
  return changed;
}

/** What is done at a target waits to be done once more; of an issuer, only its revocations booked since `since`. */
export async function wantAgain(
  trx: Trx,
  { tenantId, targetId }: TargetName,
  revoked?: { issuer: string; since: Date },
): Promise<number> {
  const states = revoked === undefined ? (['registered', 'revoked'] as const) : (['revoked'] as const);
  let those = trx
    .updateTable('target_items')
    .set({ state: 'waiting', attempts: 0, token: null, next_at: 0, reason: null, reason_code: null })
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('state', 'in', states);
  if (revoked !== undefined)
    those = those
      .where('at', '>=', revoked.since)
      .where('fingerprint', 'in', (of) =>
        of
          .selectFrom('revocations')
          .select('revocations.fingerprint')
          .where('revocations.tenant_id', '=', tenantId)
          .where('revocations.issuer', '=', revoked.issuer),
      );
  const rows = await those.returning('action').execute();
  const revocations = rows.filter(({ action }) => action === 'revoke').length;
  await countItems(trx, tenantId, targetId, {
    ...{ registered: revocations - rows.length, revoked: -revocations },
    ...{ waiting: rows.length, revoke_waiting: revocations },
  });
  return rows.length;
}

/** Whether items of this state and action count as waiting to be revoked. */
export function isRevokeWaiting(state: string, action: string): boolean {
  return action === 'revoke' && PENDING.includes(state);
}
