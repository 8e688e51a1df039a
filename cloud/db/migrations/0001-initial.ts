import { sql, type Kysely } from 'kysely';
import { createPartitioned, type TablePlan } from './partitioned.ts';

const instant = 'timestamptz NOT NULL';
/** Compared octet by octet: a prefix is a range of the index in every locale. */
const text = 'text COLLATE "C"';
const count = 'bigint NOT NULL DEFAULT 0';
const message = 'epoch integer NOT NULL, position bigint NOT NULL';

const tenancy: Record<string, TablePlan> = {
  tenants: { columns: `name text NOT NULL, created_at ${instant}` },
  keys: {
    columns: `id text NOT NULL, spki bytea NOT NULL, sealed bytea NOT NULL, certificate bytea NOT NULL, created_at ${instant}`,
    key: 'id',
  },
  tokens: {
    columns: `id uuid NOT NULL, label text NOT NULL, role text NOT NULL, hash bytea NOT NULL, created_at ${instant},
      created_by text NOT NULL, last_used_at timestamptz, revoked_at timestamptz`,
    key: 'id',
  },
  sessions: {
    columns: `hash bytea NOT NULL, token_id uuid NOT NULL, created_at ${instant}, expires_at ${instant}`,
    key: 'hash',
  },
  alerts: {
    columns: `key text NOT NULL, station_id uuid, level text NOT NULL, text text NOT NULL, next text NOT NULL,
      at ${instant}, seen integer NOT NULL DEFAULT 1, cleared_at timestamptz`,
    key: 'key',
  },
  events: {
    columns: `sequence bigint NOT NULL DEFAULT nextval('event_sequence'), at ${instant}, actor text NOT NULL,
      action text NOT NULL, subject text NOT NULL, detail text NOT NULL`,
    key: 'sequence',
  },
};

const stations: Record<string, TablePlan> = {
  stations: {
    columns: `id uuid NOT NULL, name ${text} NOT NULL, courier boolean NOT NULL, state text NOT NULL,
      forked boolean NOT NULL DEFAULT false, version text, created_at ${instant}, joined_at timestamptz,
      revoked_at timestamptz, last_contact timestamptz, waiting ${count}, oldest_at timestamptz,
      epoch integer NOT NULL DEFAULT 1, position ${count}, hash text NOT NULL, clock_offset double precision,
      session uuid, session_since timestamptz, session_seen timestamptz, certificate bytea, courier_certificate bytea,
      fingerprint text, former_fingerprint text, key_fingerprint text, certificate_ends timestamptz, authority_root bytea, authority_issuing bytea,
      authority_station bytea, down_head ${count}, down_applied ${count}, problem text`,
    key: 'id',
    indexes: ['fingerprint', 'former_fingerprint', 'name, id'],
  },
  counters: {
    columns: `station_id uuid NOT NULL, part smallint NOT NULL, units_passed ${count}, units_failed ${count},
      units_unknown ${count}, batches_open ${count}, batches_closed ${count}, certificates ${count},
      certificates_revoked ${count}, records_waiting ${count}, records_verified ${count}, records_refused ${count},
      attempts ${count}, messages ${count}`,
    key: 'station_id, part',
  },
  days: { columns: `station_id uuid NOT NULL, day text NOT NULL, passed ${count}`, key: 'day, station_id' },
  debits: {
    columns: `station_id uuid NOT NULL, job_id text NOT NULL, job_revision bigint NOT NULL, units ${count}`,
    key: 'station_id, job_id, job_revision',
  },
  invitations: {
    columns: `code_id text NOT NULL, station_id uuid NOT NULL, sealed bytea NOT NULL, expires_at ${instant},
      tries integer NOT NULL DEFAULT 0, used_at timestamptz, created_at ${instant}, created_by text NOT NULL`,
    key: 'code_id',
    indexes: ['station_id'],
  },
  log: {
    columns: `station_id uuid NOT NULL, epoch integer NOT NULL, first bigint NOT NULL, last bigint NOT NULL,
      hashes bytea NOT NULL, lines bytea NOT NULL, bytes integer NOT NULL, via text NOT NULL, received_at ${instant}`,
    key: 'station_id, epoch, first',
  },
  epochs: {
    columns: `station_id uuid NOT NULL, epoch integer NOT NULL, parent integer NOT NULL, position bigint NOT NULL,
      hash text NOT NULL, reason text NOT NULL, at ${instant}`,
    key: 'station_id, epoch',
  },
  checkpoints: {
    columns: `station_id uuid NOT NULL, sequence bigint NOT NULL, jws text NOT NULL, at ${instant}`,
    key: 'station_id',
  },
};

const production: Record<string, TablePlan> = {
  batches: {
    columns: `id uuid NOT NULL, station_id uuid NOT NULL, ${message}, job_id ${text} NOT NULL, job_name text NOT NULL,
      job_revision bigint NOT NULL, job_sha256 text NOT NULL, traveller ${text} NOT NULL, lot ${text} NOT NULL,
      quantity bigint NOT NULL, state text NOT NULL, opened_by text NOT NULL, opened_at ${instant},
      closed_at timestamptz, made bigint NOT NULL, failed bigint NOT NULL, unknown bigint NOT NULL,
      attempts bigint NOT NULL, debited bigint NOT NULL`,
    key: 'id',
    indexes: ['opened_at, id', 'station_id, opened_at, id', 'lot', 'traveller'],
  },
  attempts: {
    columns: `run_id ${text} NOT NULL, station_id uuid NOT NULL, ${message}, batch_id uuid NOT NULL, job_id text NOT NULL,
      job_revision bigint NOT NULL, lot text NOT NULL, site text NOT NULL, operator text NOT NULL,
      attempt bigint NOT NULL, chip_uid ${text}, device_id text, serial text, outcome text NOT NULL, code text,
      what text, started_at ${instant}, ended_at ${instant}, seconds double precision NOT NULL, debited boolean NOT NULL`,
    key: 'run_id',
    indexes: ['chip_uid'],
  },
  units: {
    columns: `id ${text} NOT NULL, station_id uuid NOT NULL, ${message}, batch_id uuid NOT NULL, run_id text NOT NULL,
      job_id text NOT NULL, lot ${text} NOT NULL, chip_uid ${text} NOT NULL, device_id text, serial ${text},
      outcome text NOT NULL, code text, failure text, at ${instant}, revoked boolean NOT NULL DEFAULT false`,
    key: 'id',
    indexes: ['at, id', 'batch_id, at, id', 'chip_uid', 'serial', 'lot, at, id'],
  },
  identities: {
    columns: `device_id ${text} NOT NULL, chip_uid text NOT NULL, station_id uuid NOT NULL, run_id text NOT NULL, at ${instant}`,
    key: 'device_id',
  },
  records: {
    columns: `run_id ${text} NOT NULL, station_id uuid NOT NULL, ${message}, device_id text, state text NOT NULL,
      reason text, checked_at timestamptz`,
    key: 'run_id',
    indexes: ["station_id, epoch, position WHERE state = 'waiting'", "checked_at WHERE state = 'refused'"],
  },
};

const certificates: Record<string, TablePlan> = {
  certificates: {
    columns: `fingerprint ${text} NOT NULL, serial ${text} NOT NULL, device_id ${text}, issuer text NOT NULL,
      der bytea NOT NULL, station_id uuid, run_id text, at ${instant}, state text NOT NULL DEFAULT 'active',
      revoked_at timestamptz, reason text`,
    key: 'fingerprint',
    indexes: ['serial', 'device_id', 'at, fingerprint'],
  },
  revocations: {
    columns: `fingerprint ${text} NOT NULL, serial ${text} NOT NULL, device_id text, issuer text, reason text NOT NULL,
      at ${instant}, by text NOT NULL`,
    key: 'fingerprint',
    indexes: ['issuer, at', 'at, fingerprint'],
  },
  crls: {
    columns: `issuer text NOT NULL, number bigint NOT NULL, this_update ${instant}, next_update ${instant},
      revoked integer NOT NULL, der bytea NOT NULL`,
    key: 'issuer',
  },
};

const planning: Record<string, TablePlan> = {
  down: {
    columns: `station_id uuid NOT NULL, sequence bigint NOT NULL, id uuid NOT NULL, kind text NOT NULL, jws text NOT NULL,
      at ${instant}, outcome text, reason text, receipt_at timestamptz`,
    key: 'station_id, sequence',
  },
  blobs: {
    columns: `sha256 text NOT NULL, bytes bigint NOT NULL, content uuid NOT NULL, created_at ${instant}`,
    key: 'sha256',
  },
  blob_pieces: {
    columns: 'content uuid NOT NULL, piece integer NOT NULL, data bytea NOT NULL',
    key: 'content, piece',
  },
  orders: {
    columns: `id uuid NOT NULL, number text NOT NULL, station_id uuid NOT NULL, job_id text NOT NULL,
      job_name text NOT NULL, revision integer NOT NULL, allowance integer NOT NULL, note text NOT NULL,
      state text NOT NULL, reason text, down_sequence bigint, created_at ${instant}, created_by text NOT NULL`,
    key: 'id',
    indexes: ['created_at, id', 'station_id, created_at, id'],
  },
};

const onboarding: Record<string, TablePlan> = {
  targets: {
    columns: `id uuid NOT NULL, name text NOT NULL, kind text NOT NULL, mode text NOT NULL, url text NOT NULL,
      ca text NOT NULL, username text NOT NULL, password bytea, jobs jsonb NOT NULL, rate double precision NOT NULL,
      crl_file text NOT NULL, pid_file text NOT NULL, paused boolean NOT NULL DEFAULT false, health_ok boolean,
      health_text text, health_at timestamptz, created_at ${instant}`,
    key: 'id',
  },
  target_items: {
    columns: `target_id uuid NOT NULL, fingerprint ${text} NOT NULL, name text NOT NULL, device_id text NOT NULL,
      serial text NOT NULL, certificate bytea NOT NULL, action text NOT NULL, state text NOT NULL,
      attempts bigint NOT NULL DEFAULT 0, token text, next_at bigint NOT NULL, reason_code text, reason text, at ${instant}`,
    key: 'target_id, fingerprint',
    indexes: ['target_id, state, action, next_at', 'fingerprint'],
  },
  station_onboarding: {
    columns: `station_id uuid NOT NULL, target text NOT NULL, fingerprint ${text} NOT NULL, ${message},
      state text NOT NULL, reason text, at ${instant}`,
    key: 'fingerprint, station_id, target',
  },
  transfers: {
    columns: `id uuid NOT NULL, direction text NOT NULL, station_id uuid NOT NULL, number bigint NOT NULL,
      state text NOT NULL, parts integer NOT NULL DEFAULT 0, bytes ${count}, manifest text, reason text, at ${instant}`,
    key: 'id',
    indexes: ['at, id', 'station_id, direction, number'],
  },
  transfer_parts: {
    columns:
      'transfer_id uuid NOT NULL, part integer NOT NULL, name text NOT NULL, sha256 text NOT NULL, bytes bigint NOT NULL',
    key: 'transfer_id, part',
  },
};

/** Everything of the first version. */
export async function initial(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE SEQUENCE event_sequence`.execute(db);
  const tables = { ...tenancy, ...stations, ...production, ...certificates, ...planning, ...onboarding };
  for (const [name, plan] of Object.entries(tables)) await createPartitioned(db, name, plan);
}
