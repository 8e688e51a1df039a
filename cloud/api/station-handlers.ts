import { renderSVG } from 'uqr';
import { z } from 'zod';
import type { InvitationView, StationView } from '#cloud/contract/views.ts';
import { invitationOf } from '#cloud/join/join.ts';
import { inviteStation, reinviteStation, type StationInvitation } from '#cloud/join/invite.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { joinText } from '#protocol/join.ts';
import { notFound, refusal } from './api-error.ts';
import type { Call, Some } from './handlers.ts';
import { anyStartsWith, cursorOf, page, readCursor } from './paging.ts';
import { stationViewOf, unitsOf } from './station-view.ts';

/** Stations by name: what people know them by. */
const byName = z.tuple([z.string(), z.uuid()]);

async function list(context: CloudContext, { caller, query }: Call<'stations'>) {
  const { text, after, limit } = query;
  const cursor = readCursor(after, byName);
  let found = context.db.selectFrom('stations').selectAll().where('tenant_id', '=', caller.tenantId);
  if (text !== '') found = found.where(anyStartsWith(['name'], text));
  if (cursor !== null)
    found = found.where((of) => of(of.refTuple('name', 'id'), '>', of.tuple(cursor[0], cursor[1])));
  const rows = await found
    .orderBy('name')
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const ids = rows.map(({ id }) => id);
  const units = await unitsOf(context, caller.tenantId, ids);
  return page(rows, limit, [
    (row) => stationViewOf(row, units.get(row.id) ?? 0, context.now()),
    ({ name, id }) => cursorOf(name, id),
  ]);
}

async function one(context: CloudContext, tenantId: string, id: string): Promise<StationView> {
  const row = await context.db
    .selectFrom('stations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw notFound('station');
  const units = await unitsOf(context, tenantId, [id]);
  return stationViewOf(row, units.get(id) ?? 0, context.now());
}

async function invitationView(
  context: CloudContext,
  tenantId: string,
  { stationId, name, code, expiresAt }: StationInvitation,
): Promise<InvitationView> {
  const { rootFingerprint } = await context.authorities.of(tenantId);
  const text = joinText(context.config.publicUrl, code, rootFingerprint);
  return {
    ...{ stationId, name, code, expiresAt: expiresAt.toISOString(), text, rootFingerprint },
    svg: renderSVG(text, { ecc: 'M', border: 4, pixelSize: 4 }),
    file: JSON.stringify(await invitationOf(context, tenantId)),
  };
}

async function revoke(
  context: CloudContext,
  { caller, params, body }: Call<'revokeStation'>,
): Promise<StationView> {
  const { tenantId, label } = caller;
  const at = context.now();
  await context.db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('stations')
      .set({ state: 'revoked', revoked_at: at, problem: body.reason })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', params.id)
      .where('state', '!=', 'revoked')
      .returning('name')
      .executeTakeFirst();
    if (row === undefined) {
      await one({ ...context, db: trx }, tenantId, params.id);
      throw refusal('conflict', {
        what: 'This station is revoked already.',
        next: 'Nothing more is needed.',
      });
    }
    // Whoever still holds a code of it cannot bring it back.
    await trx
      .deleteFrom('invitations')
      .where('tenant_id', '=', tenantId)
      .where('station_id', '=', params.id)
      .execute();
    const detail = `${row.name}: ${body.reason}`;
    await logEvent(
      trx,
      tenantId,
      { actor: label, action: 'station.revoked', subject: params.id, detail },
      at,
    );
  });
  return one(context, tenantId, params.id);
}

/** Stations: who is there, who is invited, who is shut out. */
export function stationHandlers(
  context: CloudContext,
): Some<'stations' | 'station' | 'inviteStation' | 'reinviteStation' | 'revokeStation'> {
  return {
    stations: (call) => list(context, call),
    station: ({ caller, params }) => one(context, caller.tenantId, params.id),
    inviteStation: async ({ caller, body }) => {
      const { tenantId, label: actor } = caller;
      return invitationView(context, tenantId, await inviteStation(context, { tenantId, actor, ...body }));
    },
    reinviteStation: async ({ caller, params }) => {
      const { tenantId, label: actor } = caller;
      const invitation = await reinviteStation(context, { tenantId, actor, stationId: params.id });
      return invitationView(context, tenantId, invitation);
    },
    revokeStation: (call) => revoke(context, call),
  };
}
