import { randomBytes, randomUUID } from 'node:crypto';
import { INVITATION_HOURS } from '#cloud/server/config.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext, Trx } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { GENESIS } from '#protocol/chain.ts';
import { normalCode } from '#protocol/join.ts';

/** RFC 4648, table 3. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CODE_LETTERS = 16;

export interface StationInvitation {
  stationId: string;
  name: string;
  code: string;
  expiresAt: Date;
}

type Uses = Pick<CloudContext, 'db' | 'master' | 'now'>;
type Invites = Uses & { tenantId: string; actor: string };

/** 80 bits, five to a letter. */
function newCode(): string {
  const letters = [...randomBytes(CODE_LETTERS)].map((octet) => BASE32[octet & 31]).join('');
  return normalCode(letters) ?? '';
}

/** A new code for a station; those before it no longer count. */
async function addCode(
  trx: Trx,
  { master, now, tenantId, actor }: Invites,
  stationId: string,
): Promise<Pick<StationInvitation, 'code' | 'expiresAt'>> {
  await trx
    .deleteFrom('invitations')
    .where('tenant_id', '=', tenantId)
    .where('station_id', '=', stationId)
    .execute();
  const expiresAt = new Date(now().getTime() + INVITATION_HOURS * 3_600_000);
  for (;;) {
    const code = newCode();
    const codeId = code.slice(0, 4);
    const sealed = master.seal('join-code', `${tenantId}/${codeId}`, Buffer.from(code));
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('invitations')
      .values({
        ...{ tenant_id: tenantId, code_id: codeId, station_id: stationId, sealed },
        ...{ expires_at: expiresAt, created_at: now(), created_by: actor },
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    // The first four letters name the invitation: another one with the same is rare, and then it is tried again.
    if (numInsertedOrUpdatedRows === 1n) return { code, expiresAt };
  }
}

/** Invites a new station. The code is in the answer only; the database keeps it sealed. */
export async function inviteStation(
  context: Uses,
  { tenantId, actor, name, courier }: { tenantId: string; actor: string; name: string; courier: boolean },
): Promise<StationInvitation> {
  const stationId = randomUUID();
  return context.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('stations')
      .values({
        ...{ tenant_id: tenantId, id: stationId, name, courier, state: 'invited', hash: GENESIS },
        created_at: context.now(),
      })
      .execute();
    const added = await addCode(trx, { ...context, tenantId, actor }, stationId);
    await logEvent(trx, tenantId, { actor, action: 'station-invited', subject: name }, context.now());
    return { stationId, name, ...added };
  });
}

/** A new code for a station that has not joined, or joins again after a loss. Throws `not-found`, `station-revoked`. */
export async function reinviteStation(
  context: Uses,
  { tenantId, actor, stationId }: { tenantId: string; actor: string; stationId: string },
): Promise<StationInvitation> {
  return context.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('stations')
      .select(['name', 'state'])
      .where('tenant_id', '=', tenantId)
      .where('id', '=', stationId)
      .executeTakeFirst();
    if (row === undefined)
      throw new CloudError(404, {
        code: 'not-found',
        what: 'There is no such station here.',
        next: 'Look it up in the list.',
      });
    if (row.state === 'revoked')
      throw new CloudError(409, {
        code: 'station-revoked',
        what: `The station "${row.name}" was revoked and stays so.`,
        next: 'Invite it as a new station.',
      });
    const added = await addCode(trx, { ...context, tenantId, actor }, stationId);
    await logEvent(
      trx,
      tenantId,
      { actor, action: 'station-invited-again', subject: row.name },
      context.now(),
    );
    return { stationId, name: row.name, ...added };
  });
}
