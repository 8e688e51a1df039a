import type { Db } from '#cloud/db/open.ts';
import type { MasterKey } from '#cloud/pki/master-key.ts';
import { loadAuthority, type TenantAuthority } from '#cloud/pki/tenant-authority.ts';
import type { AuthoritySource } from './context.ts';
import { CloudError } from './problem.ts';

async function load(db: Db, master: MasterKey, tenantId: string): Promise<TenantAuthority> {
  const row = await db
    .selectFrom('tenants')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (row === undefined)
    throw new CloudError(404, {
      code: 'tenant-unknown',
      what: 'There is no such tenant here.',
      next: 'Check the address of the cloud.',
    });
  return loadAuthority(db, master, { id: tenantId, name: row.name });
}

/** Authorities by tenant: a tenant's keys never change, so each is loaded once. */
export function createAuthorities(db: Db, master: MasterKey): AuthoritySource {
  const loaded = new Map<string, Promise<TenantAuthority>>();
  const of = (tenantId: string): Promise<TenantAuthority> => {
    const known = loaded.get(tenantId);
    if (known !== undefined) return known;
    const loading = load(db, master, tenantId);
    loaded.set(tenantId, loading);
    loading.catch(() => loaded.delete(tenantId));
    return loading;
  };
  const all = async (): Promise<TenantAuthority[]> => {
    const rows = await db.selectFrom('tenants').select('tenant_id').execute();
    return Promise.all(rows.map((row) => of(row.tenant_id)));
  };
  return { of, all };
}
