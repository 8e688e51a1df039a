import type { ColumnType, Generated } from 'kysely';

/** Instants come out as Date and go in as Date or ISO 8601. */
export type Instant = ColumnType<Date, Date | string, Date | string>;
type NullableInstant = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** Whole numbers of 64 bits are read as JavaScript numbers: none of ours comes near 2^53. */
type Count = ColumnType<number, number | undefined, number>;
type Json<T> = ColumnType<T, string, string>;
type Defaulted<T> = ColumnType<T, T | undefined, T>;

/** Every table begins with it, and every query names it: tables are partitioned by it. */
interface Owned {
  tenant_id: string;
}

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

/** `epoch` and `position`: the message that said so last; a later one wins. */
interface FromMessage {
  epoch: number;
  position: number;
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

interface Targets extends Owned {
  id: string;
  name: string;
  kind: string;
  mode: 'devices' | 'ca';
  url: string;
  ca: string;
  username: string;
  /** Sealed (purpose `target-password`, id `<tenant>/<target>`); null without one. */
  password: Uint8Array | null;
  jobs: Json<string[]>;
  rate: number;
  crl_file: string;
  pid_file: string;
  paused: Defaulted<boolean>;
  health_ok: boolean | null;
  health_text: string | null;
  health_at: NullableInstant;
  created_at: Instant;
}

/** Times in milliseconds of the queue's clock (connectors/queue/store.ts). */
interface TargetItems extends Owned {
  target_id: string;
  fingerprint: string;
  name: string;
  device_id: string;
  serial: string;
  certificate: Uint8Array;
  action: 'register' | 'revoke';
  state: 'waiting' | 'working' | 'retry' | 'registered' | 'revoked' | 'dead';
  attempts: Count;
  token: string | null;
  next_at: number;
  reason_code: string | null;
  reason: string | null;
  at: Instant;
}

/** How many items of a target stand in which state; `part` keeps writers apart. */
interface TargetCounts extends Owned {
  target_id: string;
  part: number;
  waiting: Count;
  working: Count;
  retry: Count;
  registered: Count;
  revoked: Count;
  dead: Count;
  revoke_waiting: Count;
}

/** One-time codes with which a device enrols over EST; only the SHA-256 of the secret. */
interface EstCodes extends Owned {
  id: string;
  label: string;
  hash: Uint8Array;
  /** Null: any serial number. */
  serial: string | null;
  created_at: Instant;
  created_by: string;
  expires_at: Instant;
  used_at: NullableInstant;
}

/** What stations say of the targets that they register at themselves. */
interface StationOnboarding extends Owned, FromMessage {
  station_id: string;
  target: string;
  fingerprint: string;
  state: 'waiting' | 'registered' | 'dead' | 'revoked';
  reason: string | null;
  at: Instant;
}

interface Transfers extends Owned {
  id: string;
  direction: 'up' | 'down';
  station_id: string;
  number: number;
  state: 'collecting' | 'applied' | 'refused' | 'written' | 'acknowledged';
  parts: Count;
  bytes: Count;
  manifest: string | null;
  reason: string | null;
  at: Instant;
  /** Of one to a station: the last message in it. */
  down_last: Defaulted<number | null>;
}

/** A sealed file of a transfer; its bytes are a blob. */
interface TransferParts extends Owned {
  transfer_id: string;
  part: number;
  name: string;
  sha256: string;
  bytes: number;
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

export interface CloudTables {
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
  targets: Targets;
  target_items: TargetItems;
  target_counts: TargetCounts;
  est_codes: EstCodes;
  station_onboarding: StationOnboarding;
  transfers: Transfers;
  transfer_parts: TransferParts;
  alerts: Alerts;
  events: Events;
}
