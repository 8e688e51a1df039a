import type { Db } from '#cloud/db/open.ts';
import type { MasterKey } from '#cloud/pki/master-key.ts';
import { createTenantKeys } from '#cloud/pki/tenant-authority.ts';
import { logEvent } from './alerts.ts';
import { newToken } from './tokens.ts';

export interface FirstStart {
  tenant: { id: string; name: string };
  /** Of the tenant made just now; null on every later start. */
  adminToken: string | null;
}

/**
 * The tenant of this database, made at first start with its authority and one admin token. Nodes that start at once
 * agree by the tenant's id, which they derive from the master key: one makes it, the others wait and find it.
 */
export async function ensureTenant(db: Db, master: MasterKey, name: string, now: Date): Promise<FirstStart> {
  const id = master.deriveUuid('first-tenant');
  const token = newToken(id);
  const made = await db.transaction().execute(async (trx) => {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('tenants')
      .values({ tenant_id: id, name, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n) return false;
    await createTenantKeys(trx, master, { id, name }, now);
    await trx
      .insertInto('tokens')
      .values({
        ...{ tenant_id: id, id: token.id, label: 'First administrator', role: 'admin', hash: token.hash },
        ...{ created_at: now, created_by: 'first start' },
      })
      .execute();
    await logEvent(trx, id, { actor: 'cloud', action: 'tenant-created', subject: name }, now);
    return true;
  });
  const row = await db
    .selectFrom('tenants')
    .select('name')
    .where('tenant_id', '=', id)
    .executeTakeFirstOrThrow();
  return { tenant: { id, name: row.name }, adminToken: made ? token.text : null };
}
