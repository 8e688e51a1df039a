import { sql } from 'kysely';
import type { Db } from '#cloud/db/open.ts';
import type { Trx } from './context.ts';

export interface Alert {
  /** Names the trouble: the same one is counted, not repeated. */
  key: string;
  stationId: string | null;
  level: 'warning' | 'error';
  text: string;
  next: string;
}

/** Raises an alert, or counts and reopens one that stands. */
export async function raiseAlert(db: Db | Trx, tenantId: string, alert: Alert, at: Date): Promise<void> {
  const { key, stationId, level, text, next } = alert;
  await db
    .insertInto('alerts')
    .values({ tenant_id: tenantId, key, station_id: stationId, level, text, next, at })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'key'])
        .doUpdateSet({ level, text, next, at, seen: sql<number>`alerts.seen + 1`, cleared_at: null }),
    )
    .execute();
}

/** The trouble is over. */
export async function clearAlert(db: Db | Trx, tenantId: string, key: string, at: Date): Promise<void> {
  await db
    .updateTable('alerts')
    .set({ cleared_at: at })
    .where('tenant_id', '=', tenantId)
    .where('key', '=', key)
    .where('cleared_at', 'is', null)
    .execute();
}

export interface CloudEvent {
  actor: string;
  action: string;
  subject: string;
  detail?: string;
}

/** Appends to the log of what people and programs did. Never a secret. */
export async function logEvent(db: Db | Trx, tenantId: string, event: CloudEvent, at: Date): Promise<void> {
  const { actor, action, subject, detail = '' } = event;
  await db.insertInto('events').values({ tenant_id: tenantId, at, actor, action, subject, detail }).execute();
}
