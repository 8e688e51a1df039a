import type { Count, Defaulted, FromMessage, Instant, Json, NullableInstant, Owned } from './column-types.ts';

interface Targets extends Owned {
  id: string;
  name: string;
  kind: string;
  mode: 'devices' | 'devices-by-file' | 'ca';
  url: string;
  ca: string;
  username: string;
  /** Sealed (purpose `target-password`, id `<tenant>/<target>`); null without one. */
  password: Uint8Array | null;
  jobs: Json<string[]>;
  rate: number;
  crl_file: string;
  pid_file: string;
  acl_file: string;
  ca_directory: string;
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

/** The newest list of each issuer that a target is known to hold, since when. */
interface TargetLists extends Owned {
  target_id: string;
  issuer: string;
  number: number;
  at: Instant;
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

/** Targets that units are registered at, and files on sticks. */
export interface OnboardingTables {
  targets: Targets;
  target_items: TargetItems;
  station_onboarding: StationOnboarding;
  transfers: Transfers;
  transfer_parts: TransferParts;
  target_counts: TargetCounts;
  target_lists: TargetLists;
  est_codes: EstCodes;
}
