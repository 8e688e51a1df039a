import type { CloudContext, Trx } from '#cloud/server/context.ts';

/** Certificates of a tenant with the name of the station that issued each; none for those of the cloud itself. */
export function certificatesOf(db: CloudContext['db'] | Trx, tenantId: string) {
  return db
    .selectFrom('certificates')
    .leftJoin('stations', (join) =>
      join
        .onRef('stations.tenant_id', '=', 'certificates.tenant_id')
        .onRef('stations.id', '=', 'certificates.station_id'),
    )
    .selectAll('certificates')
    .select('stations.name as station')
    .where('certificates.tenant_id', '=', tenantId);
}
