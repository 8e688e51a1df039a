import type { CloudContext } from '#cloud/server/context.ts';
import { clearAlert, raiseAlert } from '#cloud/server/alerts.ts';
import { connectorOf } from './connector-of.ts';
import type { TargetRow } from './target-view.ts';

const alertKey = (id: string): string => `target-health/${id}`;

/** Books how a target is. */
export async function bookHealth(
  { db, now }: Pick<CloudContext, 'db' | 'now'>,
  row: TargetRow,
  { ok, sentence }: { ok: boolean; sentence: string },
): Promise<TargetRow> {
  const at = now();
  const changed = await db
    .updateTable('targets')
    .set({ health_ok: ok, health_text: sentence, health_at: at })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirst();
  if (ok) await clearAlert(db, row.tenant_id, alertKey(row.id), at);
  else
    await raiseAlert(
      db,
      row.tenant_id,
      {
        ...{ key: alertKey(row.id), stationId: null, level: 'warning', text: `${row.name}: ${sentence}` },
        next: 'Devices wait and are registered by themselves once the target works again.',
      },
      at,
    );
  return changed ?? row;
}

/** Connects to a target and looks whether it would work. Throws ConnectorError `bad-options`. */
export async function checkHealth(context: CloudContext, row: TargetRow): Promise<TargetRow> {
  const connector = connectorOf(context, row);
  try {
    return await bookHealth(context, row, await connector.check(context.closing));
  } finally {
    await connector.close();
  }
}
