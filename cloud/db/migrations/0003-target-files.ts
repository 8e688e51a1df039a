import { sql, type Kysely } from 'kysely';
import { createPartitioned } from './partitioned.ts';

/** Files of a broker for every mode of registering; which list of revoked certificates a target is known to hold. */
export async function targetFiles(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE targets ADD COLUMN acl_file text NOT NULL DEFAULT ''`.execute(db);
  await sql`ALTER TABLE targets ADD COLUMN ca_directory text NOT NULL DEFAULT ''`.execute(db);
  await createPartitioned(db, 'target_lists', {
    columns: 'target_id uuid NOT NULL, issuer text NOT NULL, number bigint NOT NULL, at timestamptz NOT NULL',
    key: 'target_id, issuer',
  });
}
