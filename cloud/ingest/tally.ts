import { sql } from 'kysely';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { Trx } from '#cloud/server/context.ts';

/** Counters of a station that a transaction changes, collected and written once at its end. */
export const COUNTERS = [
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
  'attempts',
  'messages',
] as const satisfies readonly (keyof CloudTables['counters'])[];
export type Counter = (typeof COUNTERS)[number];

/** Writers with a row of their own per station, so that they do not wait for each other. */
export const PART = { ingest: 0, checks: 1, console: 2 } as const;
/** Counters of what belongs to no station: certificates issued by the cloud itself. */
export const NO_STATION = '00000000-0000-0000-0000-000000000000';

export class Tally {
  readonly #counts = new Map<string, Map<Counter, number>>();

  add(stationId: string, counter: Counter, by: number): void {
    const own = this.#counts.get(stationId) ?? new Map<Counter, number>();
    this.#counts.set(stationId, own.set(counter, (own.get(counter) ?? 0) + by));
  }

  /** In the order of station ids: two transactions never wait for each other in a ring. */
  async write(trx: Trx, tenantId: string, part: number): Promise<void> {
    for (const [stationId, counts] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const changed = [...counts].filter(([, by]) => by !== 0);
      if (changed.length > 0) await bump(trx, { tenantId, stationId, part }, changed);
    }
  }
}

async function bump(
  trx: Trx,
  { tenantId, stationId, part }: { tenantId: string; stationId: string; part: number },
  changed: [Counter, number][],
): Promise<void> {
  const names = sql.join(changed.map(([name]) => sql.ref(name)));
  const values = sql.join(changed.map(([, by]) => sql`${by}::bigint`));
  const sums = sql.join(
    changed.map(([name]) => sql`${sql.ref(name)} = counters.${sql.ref(name)} + excluded.${sql.ref(name)}`),
  );
  await sql`INSERT INTO counters (tenant_id, station_id, part, ${names})
    VALUES (${tenantId}, ${stationId}, ${part}, ${values})
    ON CONFLICT (tenant_id, station_id, part) DO UPDATE SET ${sums}`.execute(trx);
}
