import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partsOf, readPart } from '#cloud/courier/parts.ts';
import { takePart } from '#cloud/courier/take-part.ts';
import { writeTransfer } from '#cloud/courier/write-transfer.ts';
import type { Response } from '#contract/contract.ts';
import type { SyncStation, TestCloud } from './sync.test-support.ts';

async function withStick<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rootline-stick-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A stick from the station to the cloud. */
export function carryUp(station: SyncStation, { cloud }: TestCloud): Promise<Response<'courier.write'>> {
  return withStick(async (folder) => {
    const written = await station.call('courier.write', { folder, goOn: false });
    for (const file of written.files) await takePart(cloud.context, cloud.tenant.id, await readFile(file));
    return written;
  });
}

/** A stick from the cloud to the station. */
export function carryDown(
  station: SyncStation,
  { cloud: { context, tenant } }: TestCloud,
  stationId: string,
): Promise<Response<'courier.read'>> {
  return withStick(async (folder) => {
    const to = { tenantId: tenant.id, stationId };
    const id = await writeTransfer(context, to, { partBytes: 1024 * 1024, by: 'test' });
    for (const part of await partsOf(context, tenant.id, id))
      await writeFile(join(folder, part.name), await readPart(context, tenant.id, part));
    return station.call('courier.read', { folder });
  });
}
