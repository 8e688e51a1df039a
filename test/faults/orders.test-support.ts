import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putBlob } from '#cloud/db/blobs.ts';
import { queueDown } from '#cloud/down/queue-down.ts';
import type { DownBody } from '#protocol/down.ts';
import type { TestCloud } from './sync.test-support.ts';

const jobs = fileURLToPath(new URL('../../resources/jobs', import.meta.url));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

export interface JobFiles {
  job: string;
  files: { name: string; bytes: Buffer }[];
}

/** The job that the program ships, as a planner would order it; `change` rewrites job.json. */
export async function demoJob(
  change: (job: Record<string, unknown>) => void = () => undefined,
): Promise<JobFiles> {
  const [folder = ''] = await readdir(jobs);
  const names = await readdir(join(jobs, folder));
  const job = JSON.parse(await readFile(join(jobs, folder, 'job.json'), 'utf8')) as Record<string, unknown>;
  change(job);
  const files = await Promise.all(
    names
      .filter((name) => name !== 'job.json')
      .map(async (name) => ({ name, bytes: await readFile(join(jobs, folder, name)) })),
  );
  return { job: JSON.stringify(job), files };
}

export async function orderOf(
  { cloud }: TestCloud,
  { job, files }: JobFiles,
  orderId: string,
  allowance: number,
): Promise<DownBody<'order'>> {
  const { context, tenant } = cloud;
  const { id, revision, name } = JSON.parse(job) as { id: string; revision: number; name: string };
  for (const { bytes } of files)
    await putBlob(context.db, tenant.id, sha256(bytes), once(bytes), context.now());
  return {
    ...{ orderId, number: '4711', jobId: id, revision, name, allowance, note: '', job },
    files: files.map(({ name: file, bytes }) => ({ name: file, sha256: sha256(bytes), bytes: bytes.length })),
  };
}

/** Puts a message into a station's queue, signed by the tenant. Returns its number. */
export function send<K extends Parameters<typeof queueDown>[3]>(
  { cloud }: TestCloud,
  stationId: string,
  kind: K,
  body: DownBody<K>,
): Promise<number> {
  const { context, tenant } = cloud;
  return context.db
    .transaction()
    .execute((trx) => queueDown(context, trx, { tenantId: tenant.id, stationId }, kind, body));
}

/** What lies in a station's queue at a number. */
export async function queued({ cloud }: TestCloud, stationId: string, sequence: number): Promise<string> {
  const row = await cloud.context.db
    .selectFrom('down')
    .select('jws')
    .where('station_id', '=', stationId)
    .where('sequence', '=', sequence)
    .executeTakeFirstOrThrow();
  return row.jws;
}

/** Replaces a message in the queue, as somebody could who reaches the database but not the tenant's key. */
export async function replaceQueued(
  { cloud }: TestCloud,
  stationId: string,
  sequence: number,
  jws: string,
): Promise<void> {
  await cloud.context.db
    .updateTable('down')
    .set({ jws })
    .where('station_id', '=', stationId)
    .where('sequence', '=', sequence)
    .execute();
}
