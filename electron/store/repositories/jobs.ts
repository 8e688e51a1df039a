import type { JobRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { WriteContext } from '../write-context.ts';

const COLUMNS = `id, name, revision, sha256, recipe, allowance_total AS allowanceTotal,
  allowance_left AS allowanceLeft`;

function latest(c: Connection, id: string): JobRow | undefined {
  return c.get(`SELECT ${COLUMNS} FROM jobs WHERE id = ? ORDER BY revision DESC LIMIT 1`, id);
}

const isOrdered = (c: Connection, id: string, revision: number): boolean =>
  c.get('SELECT 1 FROM orders WHERE job_id = ? AND revision = ?', id, revision) !== undefined;

export function jobReads(c: Connection) {
  return {
    list: (): JobRow[] =>
      c.all(`SELECT ${COLUMNS} FROM jobs AS job
        WHERE revision = (SELECT max(revision) FROM jobs WHERE id = job.id) ORDER BY id`),
    get: (id: string, revision?: number): JobRow | null =>
      (revision === undefined
        ? latest(c, id)
        : c.get<JobRow>(`SELECT ${COLUMNS} FROM jobs WHERE id = ? AND revision = ?`, id, revision)) ?? null,
  };
}

export function jobWrites({ c, audit }: WriteContext) {
  return {
    put(job: Omit<JobRow, 'allowanceLeft'>, actor: string): void {
      const { id, name, revision, sha256, recipe, allowanceTotal } = job;
      const same = c.get<JobRow>(
        `SELECT ${COLUMNS} FROM jobs WHERE id = ? AND revision = ?`,
        ...[id, revision],
      );
      if (same !== undefined) {
        const equal = same.sha256 === sha256 && same.recipe === recipe && same.name === name;
        // What a cloud ordered of it is added on top of what the job came with.
        if (equal && (isOrdered(c, id, revision) || same.allowanceTotal === allowanceTotal)) return;
        throw new StoreError('conflict', `job ${id} revision ${revision} is here with another content`, {
          job: id,
          revision,
        });
      }
      // An older revision coming in late would be a roll-back with a fresh allowance.
      const newest = latest(c, id)?.revision ?? 0;
      if (newest > revision) {
        throw new StoreError('conflict', `job ${id} is here in revision ${newest}`, {
          job: id,
          revision: newest,
        });
      }
      c.run(
        'INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[id, revision, name, sha256, recipe, allowanceTotal, allowanceTotal],
      );
      audit(actor, 'job.put', id, { revision, sha256, allowanceTotal });
    },
  };
}
