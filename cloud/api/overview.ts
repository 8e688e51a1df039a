import { sql } from 'kysely';
import type { OverviewView } from '#cloud/contract/views.ts';
import { countsOfTargets } from '#cloud/onboarding/counts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { ordersInSum } from '#cloud/orders/order-rows.ts';
import type { Some } from './handlers.ts';
import { LATE_SECONDS, ONLINE_SECONDS } from './station-view.ts';

type Context = Pick<CloudContext, 'db' | 'now'>;
const SUMMED = [
  'units_passed',
  'units_failed',
  'units_unknown',
  'batches_open',
  'batches_closed',
  'certificates',
  'certificates_revoked',
  'records_waiting',
  'records_verified',
  'records_refused',
] as const;

/** Totals of the counters: a few rows per station, whatever the stations have made. */
async function totals({ db }: Context, tenantId: string): Promise<Record<(typeof SUMMED)[number], number>> {
  const row = await db
    .selectFrom('counters')
    .select(SUMMED.map((name) => sql<number>`coalesce(sum(${sql.ref(name)}), 0)::bigint`.as(name)))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  // A counter that is behind by a moment may be below zero for it; a screen need not know.
  const entries = SUMMED.map((name) => [name, Math.max(0, row[name])] as const);
  return Object.fromEntries(entries) as Record<(typeof SUMMED)[number], number>;
}

async function passedToday({ db, now }: Context, tenantId: string): Promise<number> {
  const row = await db
    .selectFrom('days')
    .select(sql<number>`coalesce(sum(passed), 0)::bigint`.as('passed'))
    .where('tenant_id', '=', tenantId)
    .where('day', '=', now().toISOString().slice(0, 10))
    .executeTakeFirstOrThrow();
  return row.passed;
}

const ago = (now: Date, seconds: number): Date => new Date(now.getTime() - seconds * 1000);

async function stationCounts({ db, now }: Context, tenantId: string): Promise<OverviewView['stations']> {
  const [online, late] = [ago(now(), ONLINE_SECONDS), ago(now(), LATE_SECONDS)];
  const heard = sql`coalesce(last_contact, joined_at)`;
  const counted = (where: ReturnType<typeof sql>) => sql<number>`(count(*) FILTER (WHERE ${where}))::bigint`;
  const row = await db
    .selectFrom('stations')
    .select([
      counted(sql`true`).as('total'),
      counted(sql`state = 'joined' AND NOT forked AND ${heard} >= ${online}`).as('online'),
      counted(sql`state = 'joined' AND NOT forked AND NOT courier AND ${heard} < ${late}`).as('late'),
      counted(sql`state = 'revoked'`).as('revoked'),
      counted(sql`state = 'invited'`).as('invited'),
    ])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  return row;
}

/** As many as a person reads. */
const MOST_ALERTS = 50;

async function alerts({ db }: Context, tenantId: string): Promise<OverviewView['alerts']> {
  const rows = await db
    .selectFrom('alerts')
    .select(['key', 'level', 'text', 'next', 'station_id'])
    .where('tenant_id', '=', tenantId)
    .where('cleared_at', 'is', null)
    .orderBy('level')
    .orderBy('at', 'desc')
    .limit(MOST_ALERTS)
    .execute();
  return rows.map(({ key, station_id, ...rest }) => ({ id: key, ...rest, stationId: station_id }));
}

async function overview(context: Context, tenantId: string): Promise<OverviewView> {
  const sums = await totals(context, tenantId);
  const [passed, failed, unknown] = [sums.units_passed, sums.units_failed, sums.units_unknown];
  const targets = await countsOfTargets(context.db, tenantId);
  return {
    units: {
      passed,
      failed,
      unknown,
      today: await passedToday(context, tenantId),
      total: passed + failed + unknown,
    },
    stations: await stationCounts(context, tenantId),
    batches: { open: sums.batches_open, closed: sums.batches_closed },
    certificates: {
      active: Math.max(0, sums.certificates - sums.certificates_revoked),
      revoked: sums.certificates_revoked,
    },
    orders: await ordersInSum(context.db, tenantId),
    onboarding: {
      waiting: targets.waiting + targets.retry + targets.working,
      registered: targets.registered,
      dead: targets.dead,
    },
    records: {
      verified: sums.records_verified,
      waiting: sums.records_waiting,
      refused: sums.records_refused,
    },
    alerts: await alerts(context, tenantId),
  };
}

/** Fleet counts and what somebody should look at. */
export function overviewHandlers(context: Context): Some<'overview'> {
  return { overview: ({ caller }) => overview(context, caller.tenantId) };
}
