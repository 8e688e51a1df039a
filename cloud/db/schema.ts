import type { Generated } from 'kysely';
import type { Count, Defaulted, FromMessage, Instant, NullableInstant, Owned } from './column-types.ts';
import type { OnboardingTables } from './schema-onboarding.ts';

interface Tenants extends Owned {
  name: string;
  created_at: Instant;
}

/** Private keys of the tenant's authority, sealed under the master key (purpose `cloud-key`, id `<tenant>/<id>`). */
interface Keys extends Owned {
  id: string;
  spki: Uint8Array;
  sealed: Uint8Array;
  certificate: Uint8Array;
  created_at: Instant;
}

/** Access tokens; only the SHA-256 of the secret. */
interface Tokens extends Owned {
  id: string;
  label: string;
  role: 'admin' | 'planner' | 'auditor';
  hash: Uint8Array;
  created_at: Instant;
  created_by: string;
  last_used_at: NullableInstant;
  revoked_at: NullableInstant;
}

/** Signed-in consoles: SHA-256 of the cookie. */
interface Sessions extends Owned {
  hash: Uint8Array;
  token_id: string;
  created_at: Instant;
  expires_at: Instant;
}

interface Stations extends Owned {
  id: string;
  name: string;
  courier: boolean;
  state: 'invited' | 'joined' | 'revoked';
  /** Set when its chain forked, until it goes on in a new epoch. */
  forked: Defaulted<boolean>;
  version: string | null;
  created_at: Instant;
  joined_at: NullableInstant;
  revoked_at: NullableInstant;
  last_contact: NullableInstant;
  waiting: Count;
  oldest_at: NullableInstant;
  epoch: Count;
  position: Count;
  hash: string;
  /** Seconds, station minus cloud. */
  clock_offset: number | null;
  session: string | null;
  session_since: NullableInstant;
  session_seen: NullableInstant;
  /** Certificate of the line and of courier files, DER. */
  certificate: Uint8Array | null;
  courier_certificate: Uint8Array | null;
  /** SHA-256 of the line certificate: how a connection is recognised. */
  fingerprint: string | null;
  /** Of the certificate before a renewal: good until the new one is used, so that a lost answer locks nobody out. */
  former_fingerprint: string | null;
  /** SHA-256 of the line key (SPKI): what the station's own screen shows. */
  key_fingerprint: string | null;
  certificate_ends: NullableInstant;
  /** The authority that signs its records and device certificates, as named when it joined. */
  authority_root: Uint8Array | null;
  authority_issuing: Uint8Array | null;
  authority_station: Uint8Array | null;
  down_head: Count;
  down_applied: Count;
  problem: string | null;
}

/** `part` keeps writers apart that would otherwise wait for one row: 0 ingest, 1 record checks, 2 console and EST. */
interface Counters extends Owned {
  station_id: string;
  part: number;
  units_passed: Count;
  units_failed: Count;
  units_unknown: Count;
  batches_open: Count;
  batches_closed: Count;
  certificates: Count;
  certificates_revoked: Count;
  records_waiting: Count;
  records_verified: Count;
  records_refused: Count;
  attempts: Count;
  messages: Count;
}

/** Units passed per station and day (UTC). */
interface Days extends Owned {
  station_id: string;
  /** ISO date. */
  day: string;
  passed: Count;
}

/** Units debited from the allowance of a job revision at a station. */
interface Debits extends Owned {
  station_id: string;
  job_id: string;
  job_revision: number;
  units: Count;
}

interface Invitations extends Owned {
  code_id: string;
  station_id: string;
  /** The code, sealed (purpose `join-code`, id `<tenant>/<code id>`). */
  sealed: Uint8Array;
  expires_at: Instant;
  tries: Count;
  used_at: NullableInstant;
  created_at: Instant;
  created_by: string;
}

/** Append-only: messages as they came, up to 500 a row. `hashes`: 32 octets of chain hash per message. */
interface Log extends Owned {
  station_id: string;
  epoch: number;
  first: number;
  last: number;
  hashes: Uint8Array;
  /** Lines joined by line feeds, zstd. */
  lines: Uint8Array;
  bytes: number;
  via: 'line' | 'courier';
  received_at: Instant;
}

/** Where each epoch of a station begins: behind `position` of epoch `parent`. */
interface Epochs extends Owned {
  station_id: string;
  epoch: number;
  parent: number;
  position: number;
  hash: string;
  reason: string;
  at: Instant;
}

interface Batches extends Owned, FromMessage {
  id: string;
  station_id: string;
  job_id: string;
  job_name: string;
  job_revision: number;
  job_sha256: string;
  traveller: string;
  lot: string;
  quantity: number;
  state: 'open' | 'paused' | 'closed';
  opened_by: string;
  opened_at: Instant;
  closed_at: NullableInstant;
  made: number;
  failed: number;
  unknown: number;
  attempts: number;
  debited: number;
}

type Outcome = 'passed' | 'failed' | 'unknown';

interface Attempts extends Owned, FromMessage {
  run_id: string;
  station_id: string;
  batch_id: string;
  job_id: string;
  job_revision: number;
  lot: string;
  site: string;
  operator: string;
  attempt: number;
  chip_uid: string | null;
  device_id: string | null;
  serial: string | null;
  outcome: Outcome;
  code: string | null;
  what: string | null;
  started_at: Instant;
  ended_at: Instant;
  seconds: number;
  debited: boolean;
}

/** One per physical chip, newest state. `id`: device id, or `uid:` and the chip's id. */
interface Units extends Owned, FromMessage {
  id: string;
  station_id: string;
  batch_id: string;
  run_id: string;
  job_id: string;
  lot: string;
  chip_uid: string;
  device_id: string | null;
  serial: string | null;
  outcome: Outcome;
  code: string | null;
  failure: string | null;
  at: Instant;
  revoked: Defaulted<boolean>;
}

/** Device ids (SHA-256 of the public key) and the chip that had each first. Forgets nothing. */
interface Identities extends Owned {
  device_id: string;
  chip_uid: string;
  station_id: string;
  run_id: string;
  at: Instant;
}

/** Subject and validity are in the DER (cloud/pki/read-certificate.ts). */
interface Certificates extends Owned {
  fingerprint: string;
  serial: string;
  device_id: string | null;
  issuer: string;
  der: Uint8Array;
  /** Null: issued by the cloud (EST). */
  station_id: string | null;
  run_id: string | null;
  at: Instant;
  state: Defaulted<'active' | 'revoked'>;
  revoked_at: NullableInstant;
  reason: string | null;
}

interface Revocations extends Owned {
  fingerprint: string;
  serial: string;
  device_id: string | null;
  /** SHA-256 of the issuer's certificate, where known. */
  issuer: string | null;
  reason: string;
  at: Instant;
  by: string;
}

interface Crls extends Owned {
  /** SHA-256 of the issuer's certificate. */
  issuer: string;
  number: number;
  this_update: Instant;
  next_update: Instant;
  revoked: number;
  der: Uint8Array;
}

/** The signed text itself is in the log: cloud/ingest/read-log.ts, readRecord. */
interface Records extends Owned, FromMessage {
  run_id: string;
  station_id: string;
  device_id: string | null;
  state: 'waiting' | 'verified' | 'refused';
  reason: string | null;
  checked_at: NullableInstant;
}

/** Signed heads of the stations' audit chains: the newest of each. */
interface Checkpoints extends Owned {
  station_id: string;
  sequence: number;
  jws: string;
  at: Instant;
}

interface Down extends Owned {
  station_id: string;
  sequence: number;
  id: string;
  kind: string;
  jws: string;
  at: Instant;
  outcome: 'applied' | 'refused' | null;
  reason: string | null;
  receipt_at: NullableInstant;
}

/** cloud/db/blobs.ts writes and reads these two. */
interface Blobs extends Owned {
  sha256: string;
  bytes: number;
  /** Names its pieces. */
  content: string;
  created_at: Instant;
}

interface BlobPieces extends Owned {
  content: string;
  piece: number;
  data: Uint8Array;
}

interface Orders extends Owned {
  id: string;
  number: string;
  station_id: string;
  job_id: string;
  job_name: string;
  revision: number;
  allowance: number;
  note: string;
  state: 'waiting' | 'applied' | 'refused' | 'withdrawn';
  reason: string | null;
  /** Number of its message to the station: the receipt names it. */
  down_sequence: number | null;
  created_at: Instant;
  created_by: string;
  /** Of a withdrawn one: what had been made of it by then. */
  kept: Defaulted<number | null>;
}

/** One row per trouble, however often it is seen: `key` names it. */
interface Alerts extends Owned {
  key: string;
  station_id: string | null;
  level: 'warning' | 'error';
  text: string;
  next: string;
  at: Instant;
  seen: Generated<number>;
  cleared_at: NullableInstant;
}

/** Append-only log of what people and programs did here. */
interface Events extends Owned {
  sequence: Generated<number>;
  at: Instant;
  actor: string;
  action: string;
  subject: string;
  detail: string;
}

export interface CloudTables extends OnboardingTables {
  tenants: Tenants;
  keys: Keys;
  tokens: Tokens;
  sessions: Sessions;
  stations: Stations;
  counters: Counters;
  days: Days;
  debits: Debits;
  invitations: Invitations;
  log: Log;
  epochs: Epochs;
  batches: Batches;
  attempts: Attempts;
  units: Units;
  identities: Identities;
  certificates: Certificates;
  revocations: Revocations;
  crls: Crls;
  records: Records;
  checkpoints: Checkpoints;
  down: Down;
  blobs: Blobs;
  blob_pieces: BlobPieces;
  orders: Orders;
  alerts: Alerts;
  events: Events;
}
