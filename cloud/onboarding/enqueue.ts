import { X509Certificate } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { CloudTables } from '#cloud/db/schema.ts';
import type { Trx } from '#cloud/server/context.ts';
import type { Device } from '#connectors/connector.ts';
import { wantRegistered, wantRevoked } from './item-changes.ts';

type Target = Pick<Selectable<CloudTables['targets']>, 'id' | 'jobs'>;
type Certificate = Pick<
  Selectable<CloudTables['certificates']>,
  'tenant_id' | 'fingerprint' | 'serial' | 'device_id' | 'der' | 'run_id'
>;

/** A device that passed, with the job that it was made by. */
export interface PassedDevice {
  jobId: string;
  fingerprint: string;
  serial: string;
  deviceId: string;
  der: Uint8Array;
}

/** Targets of a tenant: a handful. */
export async function targetsOf(trx: Trx, tenantId: string): Promise<Target[]> {
  return trx
    .selectFrom('targets')
    .select(['id', 'jobs'])
    .where('tenant_id', '=', tenantId)
    .orderBy('id')
    .execute();
}

const takes = ({ jobs }: Target, jobId: string | null): boolean =>
  jobs.length === 0 || jobId === null || jobs.includes(jobId);

/** The last common name of a subject: what a target calls the device. */
function commonName(der: Uint8Array): string {
  const subject = new X509Certificate(Buffer.from(der)).subject.split('\n');
  return subject.findLast((line) => line.startsWith('CN='))?.slice('CN='.length) ?? '';
}

function deviceOf({ fingerprint, serial, deviceId, der }: Omit<PassedDevice, 'jobId'>): Device {
  return { fingerprint, serial, deviceId, name: commonName(der), certificate: der };
}

/**
 * Wants devices of passed units registered wherever their job goes, in the transaction that books them. Asking twice
 * adds nothing. Returns how many items are new.
 */
export async function registerAtTargets(
  trx: Trx,
  tenantId: string,
  passed: readonly PassedDevice[],
  at: Date,
): Promise<number> {
  if (passed.length === 0) return 0;
  let added = 0;
  for (const target of await targetsOf(trx, tenantId)) {
    const devices = passed.filter(({ jobId }) => takes(target, jobId)).map(deviceOf);
    added += await wantRegistered(trx, { tenantId, targetId: target.id }, devices, at);
  }
  return added;
}

async function jobOf(trx: Trx, { tenant_id, run_id }: Certificate): Promise<string | null> {
  if (run_id === null) return null;
  const run = await trx
    .selectFrom('attempts')
    .select('job_id')
    .where('tenant_id', '=', tenant_id)
    .where('run_id', '=', run_id)
    .executeTakeFirst();
  return run?.job_id ?? null;
}

/** Wants a device thrown out of every target that its job goes to, registered there or not. */
export async function revokeAtTargets(trx: Trx, certificate: Certificate, at: Date): Promise<void> {
  const { tenant_id: tenantId, fingerprint, serial, device_id, der } = certificate;
  const device = deviceOf({ fingerprint, serial, deviceId: device_id ?? fingerprint, der });
  const jobId = await jobOf(trx, certificate);
  for (const target of await targetsOf(trx, tenantId))
    if (takes(target, jobId)) await wantRevoked(trx, { tenantId, targetId: target.id }, [device], at);
}

interface Passed {
  runId: string;
  deviceId: string | null;
}

/**
 * Wants the devices of new records registered: a record is what a unit gets when it has passed. Part of the transaction
 * that books the records. Returns how many items are new.
 */
export async function registerPassed(
  trx: Trx,
  tenantId: string,
  records: readonly Passed[],
  at: Date,
): Promise<number> {
  const deviceIds = records.flatMap(({ deviceId }) => (deviceId === null ? [] : [deviceId]));
  if (deviceIds.length === 0 || (await targetsOf(trx, tenantId)).length === 0) return 0;
  const rows = await trx
    .selectFrom('certificates')
    .innerJoin('attempts', (join) =>
      join
        .onRef('attempts.tenant_id', '=', 'certificates.tenant_id')
        .onRef('attempts.run_id', '=', 'certificates.run_id'),
    )
    .select(['fingerprint', 'certificates.serial', 'certificates.device_id', 'der', 'attempts.job_id'])
    .where('certificates.tenant_id', '=', tenantId)
    .where('certificates.device_id', 'in', deviceIds)
    .where('certificates.state', '=', 'active')
    .execute();
  const passed = rows.map(({ job_id: jobId, device_id: deviceId, ...rest }) => ({
    ...rest,
    ...{ jobId, deviceId: deviceId ?? '' },
  }));
  return registerAtTargets(trx, tenantId, passed, at);
}
