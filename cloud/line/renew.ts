import type { CloudContext } from '#cloud/server/context.ts';
import { logEvent } from '#cloud/server/alerts.ts';
import { issueCredentials, type StationKeys } from '#cloud/join/credentials.ts';
import type { Credentials } from '#protocol/line.ts';

export interface Renewing {
  tenantId: string;
  stationId: string;
  name: string;
}

/**
 * New certificates for a station, by line or by courier. The one before stays good until the new one is used: a station
 * that never got the answer asks again. Throws CloudError `bad-request-for-certificate`.
 */
export async function renewCredentials(
  context: CloudContext,
  { tenantId, stationId, name }: Renewing,
  keys: StationKeys,
): Promise<Credentials> {
  const now = context.now();
  const authority = await context.authorities.of(tenantId);
  const { credentials, row } = await issueCredentials(authority, { id: stationId, name }, keys, now);
  await context.db.transaction().execute(async (trx) => {
    await trx
      .updateTable('stations')
      .set((update) => ({
        ...row,
        // Two renewals in a row without a call between: the one that was used last stays good.
        former_fingerprint: update.fn.coalesce('former_fingerprint', 'fingerprint'),
      }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', stationId)
      .where('state', '=', 'joined')
      .execute();
    await logEvent(
      trx,
      tenantId,
      { actor: 'station', action: 'certificate-renewed', subject: name, detail: row.key_fingerprint },
      now,
    );
  });
  return credentials;
}
