import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import { openPglite, pgliteDialect } from './pglite-dialect.ts';
import type { CloudTables } from './schema.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MIGRATIONS = join(import.meta.dirname, 'migrations');

/** Changes with every migration and with the packages: what was made by others is not used. */
function digest(): string {
  const files = readdirSync(MIGRATIONS).map((name) => join(MIGRATIONS, name));
  const hash = createHash('sha256');
  for (const file of [...files.sort(), join(ROOT, 'package-lock.json')]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/**
 * A folder that is made once per machine and migration, and copied from then on: tests of one start need not pay for
 * all starts. Two processes that make it at once make the same.
 */
export async function template(kind: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(ROOT, 'node_modules', '.cache', `cloud-${kind}-${digest()}`);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const made = await mkdtemp(`${folder}-`);
  await make(made);
  await rename(made, folder).catch(async (error: unknown) => {
    await rm(made, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/** An empty, migrated PGlite database for a data folder: the same as its first start would make. */
export async function freshPglite(dataDir: string): Promise<void> {
  const from = await template('pglite', async (folder) => {
    const db = new Kysely<CloudTables>({ dialect: pgliteDialect(await openPglite(folder)) });
    await migrate(db);
    await db.destroy();
  });
  await cp(from, join(dataDir, 'database'), { recursive: true });
}
