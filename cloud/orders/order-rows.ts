import { sql } from 'kysely';
import type { OrderView, OverviewView } from '#cloud/contract/views.ts';
import type { Db } from '#cloud/db/open.ts';
import type { Trx } from '#cloud/server/context.ts';

/**
 * What was made of an order. Stations debit a revision, not an order: what they debited fills the orders of that
 * revision at that station in the order in which they were given. A withdrawn one holds what it held then; a refused
 * one holds nothing.
 */
const held = (table: string) =>
  sql`CASE WHEN ${sql.ref(`${table}.state`)} = 'refused' THEN 0 ELSE coalesce(${sql.ref(`${table}.kept`)}, ${sql.ref(`${table}.allowance`)}) END`;
const earlier = sql`coalesce((SELECT sum(${held('e')}) FROM orders AS e WHERE e.tenant_id = orders.tenant_id
  AND e.station_id = orders.station_id AND e.job_id = orders.job_id AND e.revision = orders.revision
  AND (e.created_at, e.id) < (orders.created_at, orders.id)), 0)`;
const used = sql<number>`least(${held('orders')}, greatest(0, coalesce(debits.units, 0) - ${earlier}))::bigint`;

/** Orders of a tenant with what was made of each. */
export function ordersOf(db: Db | Trx, tenantId: string) {
  return db
    .selectFrom('orders')
    .innerJoin('stations', (join) =>
      join
        .onRef('stations.tenant_id', '=', 'orders.tenant_id')
        .onRef('stations.id', '=', 'orders.station_id'),
    )
    .leftJoin('debits', (join) =>
      join
        .onRef('debits.tenant_id', '=', 'orders.tenant_id')
        .onRef('debits.station_id', '=', 'orders.station_id')
        .onRef('debits.job_id', '=', 'orders.job_id')
        .onRef('debits.job_revision', '=', 'orders.revision'),
    )
    .selectAll('orders')
    .select(['stations.name as station', used.as('used')])
    .where('orders.tenant_id', '=', tenantId);
}

export type OrderRecord = Awaited<ReturnType<ReturnType<typeof ordersOf>['executeTakeFirstOrThrow']>>;

export function orderView(row: OrderRecord): OrderView {
  return {
    id: row.id,
    number: row.number,
    stationId: row.station_id,
    station: row.station,
    jobId: row.job_id,
    jobName: row.job_name,
    revision: row.revision,
    allowance: row.allowance,
    used: row.used,
    state: row.state,
    reason: row.reason,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  };
}

/** Orders that something is left of, in sum: a few thousand in the life of a tenant. */
export async function ordersInSum(db: Db, tenantId: string): Promise<OverviewView['orders']> {
  const orders = ordersOf(db, tenantId).where('orders.state', 'in', ['waiting', 'applied']).as('o');
  const row = await db
    .selectFrom(orders)
    .select([
      sql<number>`count(*)::bigint`.as('open'),
      sql<number>`coalesce(sum(o.allowance), 0)::bigint`.as('allowance'),
      sql<number>`coalesce(sum(o.used), 0)::bigint`.as('used'),
    ])
    .where(sql<boolean>`o.used < o.allowance`)
    .executeTakeFirstOrThrow();
  return row;
}
