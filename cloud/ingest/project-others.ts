import { sql } from 'kysely';
import type { UpBody } from '#protocol/up.ts';
import { lastOf, type Placed } from './bodies.ts';
import type { Projection } from './projection.ts';
import { insertSet, setAll, type SetColumn } from './unnest.ts';

/** The newest signed head of the station's audit chain. */
export async function projectCheckpoints(
  { trx, tenantId, stationId }: Projection,
  placed: readonly Placed<UpBody<'checkpoint'>>[],
): Promise<void> {
  const last = placed.at(-1);
  if (last === undefined) return;
  const { sequence, jws } = last.body;
  await trx
    .insertInto('checkpoints')
    .values({ tenant_id: tenantId, station_id: stationId, sequence, jws, at: last.at })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'station_id'])
        .doUpdateSet({ sequence, jws, at: last.at })
        .where('checkpoints.sequence', '<=', sequence),
    )
    .execute();
}

type Receipt = Placed<UpBody<'receipt'>>;

/** What became of messages to the station, and of the orders among them. */
export async function projectReceipts(to: Projection, placed: readonly Receipt[]): Promise<void> {
  const { trx, tenantId, stationId } = to;
  for (const { at, body } of lastOf(placed, ({ sequence }) => String(sequence))) {
    await trx
      .updateTable('down')
      .set({ outcome: body.outcome, reason: body.reason, receipt_at: at })
      .where('tenant_id', '=', tenantId)
      .where('station_id', '=', stationId)
      .where('sequence', '=', body.sequence)
      .execute();
    if (body.kind === 'order') await settleOrder(to, body);
  }
  const applied = Math.max(0, ...placed.map(({ body }) => body.sequence));
  if (applied > 0)
    await trx
      .updateTable('stations')
      .set({ down_applied: sql<number>`least(down_head, greatest(down_applied, ${applied}))` })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', stationId)
      .execute();
}

/** An order that was withdrawn in the meantime stays withdrawn. */
async function settleOrder({ trx, tenantId, stationId }: Projection, body: Receipt['body']): Promise<void> {
  await trx
    .updateTable('orders')
    .set({ state: body.outcome, reason: body.reason })
    .where('tenant_id', '=', tenantId)
    .where('station_id', '=', stationId)
    .where('down_sequence', '=', body.sequence)
    .where('state', '=', 'waiting')
    .execute();
}

type Onboarding = Placed<UpBody<'onboarding'>>;

/** Where units stand at the targets that the station registers at itself. */
export async function projectOnboarding(to: Projection, placed: readonly Onboarding[]): Promise<void> {
  if (placed.length === 0) return;
  const rows = lastOf(placed, ({ target, fingerprint }) => `${fingerprint}/${target}`);
  const columns: SetColumn<Onboarding>[] = [
    ['station_id', 'uuid', () => to.stationId],
    ['target', 'text', ({ body }) => body.target],
    ['fingerprint', 'text', ({ body }) => body.fingerprint],
    ['epoch', 'integer', () => to.epoch],
    ['position', 'bigint', ({ position }) => position],
    ['state', 'text', ({ body }) => body.state],
    ['reason', 'text', ({ body }) => body.reason],
    ['at', 'timestamptz', ({ at }) => at],
  ];
  const conflict = sql`ON CONFLICT (tenant_id, fingerprint, station_id, target) DO UPDATE SET ${setAll(columns)}`;
  await insertSet('station_onboarding', to.tenantId, { rows, columns }, conflict).execute(to.trx);
}
