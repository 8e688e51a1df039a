import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TestPostgres } from '#cloud/db/postgres-fixtures.ts';
import { freshPglite } from '#cloud/db/template-fixtures.ts';
import { startCloud, type Cloud } from '#cloud/server/cloud.ts';
import type { CloudOptions } from '#cloud/server/config.ts';

/** Both databases that the cloud runs on. */
export const ENGINES = ['PGlite', 'PostgreSQL'] as const;
export type Engine = (typeof ENGINES)[number];

export interface CloudBed {
  /** A node; the first one makes the tenant. On PGlite there is one at a time. */
  node(more?: Partial<CloudOptions>): Promise<Cloud>;
  dataDir: string;
  postgres: TestPostgres | null;
  close(): Promise<void>;
}

/** A data folder, and a database server of its own where the engine has one. `empty`: not migrated yet. */
export async function cloudBed(engine: Engine, { empty = false } = {}): Promise<CloudBed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-cloud-'));
  const postgres = engine === 'PostgreSQL' ? await TestPostgres.start({ empty }) : null;
  if (postgres === null && !empty) await freshPglite(dataDir);
  const nodes: Cloud[] = [];
  return {
    ...{ dataDir, postgres },
    node: async (more = {}) => {
      const cloud = await startCloud({
        dataDir,
        databaseUrl: postgres?.url,
        log: { level: 'silent' },
        ...more,
      });
      nodes.push(cloud);
      return cloud;
    },
    close: async () => {
      for (const node of nodes) await node.close();
      await postgres?.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until `holds` gives something, by asking again. */
export async function until<T>(holds: () => Promise<T | null | undefined | false>, what: string): Promise<T> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const found = await holds();
    if (found !== null && found !== undefined && found !== false) return found;
    await pause(25);
  }
  throw new Error(`Waited in vain: ${what}`);
}

/** Rows of a table of the tenant. */
export async function countOf(
  cloud: Cloud,
  table: 'attempts' | 'units' | 'certificates' | 'records' | 'batches',
): Promise<number> {
  const { n } = await cloud.context.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('tenant_id', '=', cloud.tenant.id)
    .executeTakeFirstOrThrow();
  return n;
}

/** Sum of a counter over stations and writers. */
export async function counterOf(
  cloud: Cloud,
  counter:
    | 'units_passed'
    | 'units_failed'
    | 'attempts'
    | 'records_verified'
    | 'records_refused'
    | 'records_waiting'
    | 'certificates'
    | 'messages'
    | 'batches_open'
    | 'batches_closed',
): Promise<number> {
  const { n } = await cloud.context.db
    .selectFrom('counters')
    .select(({ fn }) => fn.sum<string>(counter).as('n'))
    .where('tenant_id', '=', cloud.tenant.id)
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Keys of the alerts that stand. */
export async function alertsOf(cloud: Cloud): Promise<string[]> {
  const rows = await cloud.context.db
    .selectFrom('alerts')
    .select('key')
    .where('tenant_id', '=', cloud.tenant.id)
    .where('cleared_at', 'is', null)
    .execute();
  return rows.map(({ key }) => key);
}
