import { randomUUID } from 'node:crypto';
import { openDatabase, type Db } from '#cloud/db/open.ts';
import { loadMasterKey, type MasterKey } from '#cloud/pki/master-key.ts';
import { createTenantKeys } from '#cloud/pki/tenant-authority.ts';
import { logEvent } from './alerts.ts';
import { configOf, type CloudOptions } from './config.ts';
import { newToken } from './tokens.ts';

export interface FirstStart {
  tenant: { id: string; name: string };
  /** Of the tenant made just now; null on every later start. */
  adminToken: string | null;
}

interface NewTenant {
  id: string;
  name: string;
  createdBy: string;
}

/** A tenant with its authority and one admin token, in one transaction; null where it is there already. */
async function makeTenant(db: Db, master: MasterKey, tenant: NewTenant, now: Date): Promise<string | null> {
  const { id, name, createdBy } = tenant;
  const token = newToken(id);
  return db.transaction().execute(async (trx) => {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('tenants')
      .values({ tenant_id: id, name, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n) return null;
    await createTenantKeys(trx, master, { id, name }, now);
    await trx
      .insertInto('tokens')
      .values({
        ...{ tenant_id: id, id: token.id, label: 'First administrator', role: 'admin', hash: token.hash },
        ...{ created_at: now, created_by: createdBy },
      })
      .execute();
    await logEvent(trx, id, { actor: 'cloud', action: 'tenant-created', subject: name }, now);
    return token.text;
  });
}

/**
 * The tenant of this database, made at first start with its authority and one admin token. Nodes that start at once
 * agree by the tenant's id, which they derive from the master key: one makes it, the others wait and find it.
 */
export async function ensureTenant(db: Db, master: MasterKey, name: string, now: Date): Promise<FirstStart> {
  const id = master.deriveUuid('first-tenant');
  const adminToken = await makeTenant(db, master, { id, name, createdBy: 'first start' }, now);
  const row = await db
    .selectFrom('tenants')
    .select('name')
    .where('tenant_id', '=', id)
    .executeTakeFirstOrThrow();
  return { tenant: { id, name: row.name }, adminToken };
}

/** One more tenant: an authority, stations and units of its own. Nodes take it in at their next start. */
export async function addTenant(
  options: Pick<CloudOptions, 'dataDir' | 'databaseUrl' | 'keyFile'>,
  name: string,
): Promise<{ tenant: { id: string; name: string }; adminToken: string }> {
  const { keyFile } = configOf(options);
  const db = await openDatabase({ url: options.databaseUrl, dataDir: options.dataDir });
  try {
    const tenant = { id: randomUUID(), name };
    const made = await makeTenant(
      db,
      await loadMasterKey(keyFile),
      { ...tenant, createdBy: 'command' },
      new Date(),
    );
    if (made === null) throw new Error('A new tenant has the id of another one.');
    return { tenant, adminToken: made };
  } finally {
    await db.destroy();
  }
}
