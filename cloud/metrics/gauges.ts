import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { sql } from 'kysely';
import type { CloudContext } from '#cloud/server/context.ts';

/** Seconds: what people wait for, not what the machine could. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10];

const SUMS = {
  units: sql`units_passed + units_failed + units_unknown`,
  messages: sql`messages`,
  certificates: sql`certificates`,
  records_waiting: sql`records_waiting`,
  records_refused: sql`records_refused`,
} as const;

/** Figures of this node and, from the counters, of the whole database. */
export class Gauges {
  readonly #registry = new Registry();
  readonly #calls: Histogram<'route' | 'status'>;

  constructor(context: CloudContext) {
    collectDefaultMetrics({ register: this.#registry, prefix: 'rootline_cloud_' });
    this.#calls = new Histogram({
      name: 'rootline_cloud_call_seconds',
      help: 'Calls by route and status',
      labelNames: ['route', 'status'],
      buckets: BUCKETS,
      registers: [this.#registry],
    });
    this.#addTotals(context);
    this.#addStations(context);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  observe(route: string, status: number, milliseconds: number): void {
    this.#calls.observe({ route, status: String(status) }, milliseconds / 1000);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** One query for all of them, at each scrape. */
  #addTotals({ db }: CloudContext): void {
    const gauge = new Gauge({
      name: 'rootline_cloud_total',
      help: 'Totals over all tenants',
      labelNames: ['what'],
      registers: [this.#registry],
      collect: async () => {
        const sums = Object.entries(SUMS).map(
          ([name, each]) => sql`coalesce(sum(${each}), 0)::bigint AS ${sql.ref(name)}`,
        );
        const { rows } = await sql<Record<string, number>>`SELECT ${sql.join(sums)} FROM counters`.execute(
          db,
        );
        for (const [what, value] of Object.entries(rows[0] ?? {})) gauge.set({ what }, value);
      },
    });
  }

  #addStations({ db, now }: CloudContext): void {
    const gauge = new Gauge({
      name: 'rootline_cloud_stations',
      help: 'Stations by state; the age of the oldest message that waits at one, seconds',
      labelNames: ['what'],
      registers: [this.#registry],
      collect: async () => {
        const { rows } = await sql<{ joined: number; waiting: number; oldest: Date | null }>`
          SELECT count(*)::bigint AS joined, coalesce(sum(waiting), 0)::bigint AS waiting, min(oldest_at) AS oldest
          FROM stations WHERE state = 'joined'`.execute(db);
        const [row] = rows;
        const age = row?.oldest == null ? 0 : (now().getTime() - new Date(row.oldest).getTime()) / 1000;
        gauge.set({ what: 'joined' }, row?.joined ?? 0);
        gauge.set({ what: 'messages_waiting' }, row?.waiting ?? 0);
        gauge.set({ what: 'oldest_waiting_seconds' }, Math.max(0, age));
      },
    });
  }
}
