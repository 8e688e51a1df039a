import { sql } from 'kysely';
import type { UpBody } from '#protocol/up.ts';
import { lastOf, type Placed } from './bodies.ts';
import type { Projection } from './projection.ts';
import { insertSet, type SetColumn } from './unnest.ts';

type Certificate = Placed<UpBody<'certificate'>>;
type SignedRecord = Placed<UpBody<'record'>>;

/** Certificates that are new; a known one stays as it is. */
export async function projectCertificates(to: Projection, placed: readonly Certificate[]): Promise<void> {
  if (placed.length === 0) return;
  const { trx, tenantId, stationId } = to;
  const rows = lastOf(placed, ({ fingerprint }) => fingerprint);
  const columns: SetColumn<Certificate>[] = [
    ['fingerprint', 'text', ({ body }) => body.fingerprint],
    ['serial', 'text', ({ body }) => body.serial],
    ['device_id', 'text', ({ body }) => body.deviceId],
    ['issuer', 'text', ({ body }) => body.issuer],
    ['der', 'base64', ({ body }) => body.der],
    ['station_id', 'uuid', () => stationId],
    ['run_id', 'text', ({ body }) => body.runId],
    ['at', 'timestamptz', ({ at }) => at],
  ];
  const conflict = sql`ON CONFLICT DO NOTHING RETURNING fingerprint`;
  const { rows: added } = await insertSet('certificates', tenantId, { rows, columns }, conflict).execute(trx);
  to.tally.add(stationId, 'certificates', added.length);
}

/** Records that are new wait for their check; their text stays in the log. */
export async function projectRecords(to: Projection, placed: readonly SignedRecord[]): Promise<void> {
  if (placed.length === 0) return;
  const { trx, tenantId, stationId, epoch } = to;
  const rows = lastOf(placed, ({ runId }) => runId);
  const columns: SetColumn<SignedRecord>[] = [
    ['run_id', 'text', ({ body }) => body.runId],
    ['station_id', 'uuid', () => stationId],
    ['epoch', 'integer', () => epoch],
    ['position', 'bigint', ({ position }) => position],
    ['device_id', 'text', ({ body }) => body.deviceId],
    ['state', 'text', () => 'waiting'],
  ];
  const conflict = sql`ON CONFLICT DO NOTHING RETURNING run_id`;
  const { rows: added } = await insertSet('records', tenantId, { rows, columns }, conflict).execute(trx);
  to.tally.add(stationId, 'records_waiting', added.length);
}
