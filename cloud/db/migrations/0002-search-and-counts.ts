import { sql, type Kysely } from 'kysely';
import { createPartitioned } from './partitioned.ts';

const count = 'bigint NOT NULL DEFAULT 0';

/** Rare rows of long lists, found without walking the others; prefixes of the event log, octet by octet. */
const INDEXES = [
  "units_failed ON units (tenant_id, at, id) WHERE outcome = 'failed'",
  "units_unknown ON units (tenant_id, at, id) WHERE outcome = 'unknown'",
  "certificates_revoked ON certificates (tenant_id, at, fingerprint) WHERE state = 'revoked'",
  'events_actor ON events (tenant_id, actor COLLATE "C")',
  'events_action ON events (tenant_id, action COLLATE "C")',
  'events_subject ON events (tenant_id, subject COLLATE "C")',
];

/** Indexes of the API's lists; counters of the onboarding queue; what a withdrawn order keeps; codes for EST. */
export async function searchAndCounts(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`CREATE INDEX ${index}`).execute(db);
  await sql`ALTER TABLE orders ADD COLUMN kept integer`.execute(db);
  await sql`ALTER TABLE transfers ADD COLUMN down_last bigint`.execute(db);
  // `part` keeps writers apart that would otherwise wait for one row.
  await createPartitioned(db, 'target_counts', {
    columns: `target_id uuid NOT NULL, part smallint NOT NULL, waiting ${count}, working ${count}, retry ${count},
      registered ${count}, revoked ${count}, dead ${count}, revoke_waiting ${count}`,
    key: 'target_id, part',
  });
  await createPartitioned(db, 'est_codes', {
    columns: `id uuid NOT NULL, label text NOT NULL, hash bytea NOT NULL, serial text, created_at timestamptz NOT NULL,
      created_by text NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz`,
    key: 'id',
  });
}
