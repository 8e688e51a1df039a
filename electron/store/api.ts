import type { BatchView } from '#contract/batches.ts';
import type { Role } from '#contract/channel.ts';
import type { ErrorView } from '#contract/errors.ts';
import type { MeasurementView } from '#contract/sites.ts';
import type { UnitRow } from '#contract/units.ts';
import type { ChainPlace } from '#protocol/chain.ts';
import type { UpBody } from '#protocol/up.ts';

/**
 * The store as services see it. Every write is one transaction in the writer's thread; reads go to a second,
 * read-only connection in a thread of its own. Times are made by the store (UTC, beside a monotonic sequence).
 * Failures: StoreError (store/errors.ts).
 */
export interface Store {
  people: PeopleRepository;
  jobs: JobRepository;
  batches: BatchRepository;
  runs: RunRepository;
  units: UnitRepository;
  certificates: CertificateRepository;
  audit: AuditRepository;
  keys: KeyRepository;
  settings: SettingsRepository;
  outbox: OutboxRepository;
  inbox: InboxRepository;
  onboarding: OnboardingRepository;
  close(): Promise<void>;
}

export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  /** PHC string of the PIN's argon2id hash; badge as SHA-256 of its text with the station's salt, hex. */
  pinHash: string;
  badgeHash: string | null;
  failedAttempts: number;
  lockedUntil: string | null;
}
export interface PeopleRepository {
  list(): Promise<PersonRow[]>;
  get(id: string): Promise<PersonRow | null>;
  byBadge(badgeHash: string): Promise<PersonRow | null>;
  put(person: PersonRow, actor: string): Promise<void>;
  noteAttempt(id: string, failedAttempts: number, lockedUntil: string | null): Promise<void>;
}

export interface JobRow {
  id: string;
  name: string;
  revision: number;
  sha256: string;
  /** The checked recipe, canonical JSON. */
  recipe: string;
  allowanceTotal: number;
  allowanceLeft: number;
}
export interface JobRepository {
  list(): Promise<JobRow[]>;
  /** The newest revision, or the one named (a batch keeps the revision it was opened with). */
  get(id: string, revision?: number): Promise<JobRow | null>;
  /**
   * A job is immutable under its id and revision: another content under the same pair is refused (`conflict`), and so
   * is a revision older than one that is here. Each revision carries its own allowance.
   */
  put(job: Omit<JobRow, 'allowanceLeft'>, actor: string): Promise<void>;
}

export interface BatchRow {
  id: string;
  jobId: string;
  jobRevision: number;
  traveller: string;
  lot: string;
  quantity: number;
  state: BatchView['state'];
  openedBy: string;
  openedAt: string;
  closedAt: string | null;
  exportFolder: string | null;
}
export interface BatchTotals {
  made: number;
  failed: number;
  unknown: number;
  running: number;
  attempts: number;
  debited: number;
  firstStartedAt: string | null;
  lastEndedAt: string | null;
  /** Mean seconds of passed runs. */
  secondsPerUnit: number | null;
  pareto: { code: string; label: string; count: number }[];
  /** Mean seconds per phase over passed runs, slowest first. */
  phases: { phase: string; seconds: number }[];
}
export interface BatchRepository {
  list(state: 'open' | 'closed' | 'all', limit: number): Promise<BatchRow[]>;
  get(id: string): Promise<BatchRow | null>;
  /** One batch is open or paused at a time (`conflict`). */
  open(
    batch: Pick<BatchRow, 'id' | 'jobId' | 'traveller' | 'lot' | 'quantity' | 'openedBy'>,
  ): Promise<BatchRow>;
  setState(id: string, state: BatchRow['state'], actor: string): Promise<BatchRow>;
  setExport(id: string, folder: string, actor: string): Promise<void>;
  totals(id: string): Promise<BatchTotals>;
}

export type RunOutcome = 'running' | 'passed' | 'failed' | 'unknown';
export interface RunRow {
  id: string;
  batchId: string;
  jobId: string;
  site: string;
  operator: string;
  attempt: number;
  chipUid: string | null;
  deviceId: string | null;
  serial: string | null;
  outcome: RunOutcome;
  error: ErrorView | null;
  startedAt: string;
  endedAt: string | null;
  seconds: number | null;
  debited: boolean;
}
export type JournalKind = 'intent' | 'evidence' | 'failed' | 'read-back' | 'outcome';
export interface JournalRow {
  sequence: number;
  runId: string;
  phase: string;
  kind: JournalKind;
  irreversible: boolean;
  /** JSON: inputs' hashes for an intent, what silicon answered for evidence. Never secrets. */
  body: Record<string, unknown>;
  at: string;
}
export interface RunRepository {
  begin(run: { id: string; batchId: string; jobId: string; site: string; operator: string }): Promise<RunRow>;
  /**
   * Chip read: binds the run to it and counts the attempt. Refused with code `already-passed` when this chip has
   * passed before in this batch, `passed-in-other-batch` in another (context: batchId, lot, runId), `uid-twice` when a
   * part of this unique id is under way in another site, `still-unknown` when another run of it is unread.
   */
  identified(runId: string, chipUid: string): Promise<RunRow>;
  /**
   * Durable before it resolves. With `irreversible`, debits one unit of the job's allowance in the same transaction,
   * once a run; refused with `allowance-used-up`.
   */
  intent(entry: {
    runId: string;
    phase: string;
    irreversible: boolean;
    body: Record<string, unknown>;
  }): Promise<number>;
  /**
   * Evidence of a phase, with measurements and duration. `next`: the intent of the phase that follows, in the same
   * transaction; one that can be undone, as a refused debit would take the evidence with it.
   */
  evidence(entry: {
    runId: string;
    phase: string;
    body: Record<string, unknown>;
    measurements: MeasurementView[];
    seconds: number;
    next?: { phase: string; body: Record<string, unknown> };
  }): Promise<number>;
  /**
   * Binds the enrolled identity. Refused with `identity-seen` (context: runId, chipUid) when device id or public key
   * belongs to another chip: the clone check, one indexed look-up in the same transaction.
   */
  enrolled(entry: { runId: string; deviceId: string; publicKeySha256: string }): Promise<void>;
  /** Ends the run, updates the unit, in one transaction; one that passed is debited if it was not. `refund` needs read-back proof and is journalled with it. */
  finish(entry: {
    runId: string;
    outcome: Exclude<RunOutcome, 'running'>;
    error: ErrorView | null;
    body: Record<string, unknown>;
    refund: boolean;
  }): Promise<RunRow>;
  /** Runs that a crash left `running`, and `unknown` ones, oldest first. */
  unfinished(): Promise<RunRow[]>;
  get(runId: string): Promise<RunRow | null>;
  journal(runId: string): Promise<JournalRow[]>;
  measurements(runId: string): Promise<(MeasurementView & { phase: string })[]>;
  phaseSeconds(runId: string): Promise<{ phase: string; seconds: number }[]>;
}

export interface UnitRepository {
  search(query: {
    text: string;
    outcome: RunOutcome | null;
    batchId: string | null;
    after: string | null;
    limit: number;
  }): Promise<{ rows: UnitRow[]; cursor: string | null; total: number | null }>;
  /** `id`: device id, or `uid:<chip uid>`. */
  get(id: string): Promise<{ unit: UnitRow; runs: RunRow[] } | null>;
  /** Passed units of a batch, keyset-paged for the export: never the whole table. */
  passedOfBatch(
    batchId: string,
    after: string | null,
    limit: number,
  ): Promise<{ rows: RunRow[]; cursor: string | null }>;
  /** Every attempt of a batch, whatever came of it, oldest first and keyset-paged likewise. */
  runsOfBatch(
    batchId: string,
    after: string | null,
    limit: number,
  ): Promise<{ rows: RunRow[]; cursor: string | null }>;
  /** Signed record (compact JWS) of a passed run. */
  putRecord(runId: string, json: string, jws: string): Promise<void>;
  record(runId: string): Promise<{ json: string; jws: string } | null>;
}

export interface CertificateRow {
  serial: string;
  fingerprint: string;
  runId: string;
  deviceId: string;
  issuer: string;
  der: Uint8Array;
}
export interface CertificateRepository {
  /** Unique by serial and by fingerprint (`conflict`). */
  add(certificate: CertificateRow): Promise<void>;
  ofRun(runId: string): Promise<CertificateRow | null>;
}

export interface AuditRow {
  sequence: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  body: string;
  previous: string;
  hash: string;
}
export interface AuditRepository {
  append(entry: {
    actor: string;
    action: string;
    subject: string;
    body?: Record<string, unknown>;
  }): Promise<AuditRow>;
  head(): Promise<{ sequence: number; hash: string }>;
  page(after: number, limit: number): Promise<AuditRow[]>;
  /** Recomputes the chain; the first sequence that does not hold, or null. */
  verify(): Promise<number | null>;
  addCheckpoint(sequence: number, jws: string): Promise<void>;
  lastCheckpoint(): Promise<{ sequence: number; jws: string } | null>;
}

export interface KeyRow {
  id: string;
  purpose: string;
  /** AES-256-GCM envelope, see services/vault. */
  envelope: Uint8Array;
  /** Public part: SPKI or certificate DER, not secret. */
  publicPart: Uint8Array | null;
}
export interface KeyRepository {
  get(id: string): Promise<KeyRow | null>;
  list(): Promise<Omit<KeyRow, 'envelope'>[]>;
  put(key: KeyRow, actor: string): Promise<void>;
}

export interface SettingsRepository {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, actor: string): Promise<void>;
}

/** One message for the cloud, as it travels (protocol/up.ts). */
export interface OutboxRow {
  position: number;
  /** Of the chain, up to and with this message. */
  hash: string;
  line: string;
}
export interface OutboxState {
  head: ChainPlace;
  /** The last message that the cloud is known to hold. */
  acknowledged: ChainPlace;
  waiting: number;
  oldestAt: string | null;
}
/**
 * What the station tells its cloud: written in the transaction of what it describes, kept also once it is acknowledged
 * (a cloud that was restored asks again).
 */
export interface OutboxRepository {
  state(): Promise<OutboxState>;
  /** Oldest first, from the one behind `after`; ends at either limit, with one row at least. */
  page(after: number, limits: { rows: number; bytes: number }): Promise<OutboxRow[]>;
  /** The station's own place at a position; null beyond its head. Epoch is the current one. */
  at(position: number): Promise<ChainPlace | null>;
  waitingByKind(): Promise<{ kind: string; count: number; oldestAt: string }[]>;
  /** Refused (`conflict`) for a place that is not on this chain. May go back: a restored cloud holds less. */
  acknowledge(place: ChainPlace): Promise<void>;
  /** Goes on in another epoch from a common place; corrects allowances by what the cloud knows to be debited. */
  beginEpoch(entry: {
    place: ChainPlace;
    debits: { jobId: string; jobRevision: number; units: number }[];
    actor: string;
    reason: string;
  }): Promise<void>;
  /** Oldest first; for state of units at targets that the station registers at. */
  addOnboarding(bodies: UpBody<'onboarding'>[]): Promise<void>;
  /** A list of revoked certificates that this station signed. */
  addCrl(body: UpBody<'crl'>): Promise<void>;
}

/** What a message from the cloud does, checked by the service before it comes here. */
export type DownEffect =
  | { kind: 'order'; order: OrderRow; job: Omit<JobRow, 'allowanceLeft' | 'allowanceTotal'> }
  | { kind: 'withdraw'; orderId: string; jobId: string; revision: number }
  | { kind: 'revocations'; revoked: RevocationRow[] }
  | { kind: 'settings'; settings: { key: string; value: string }[] }
  | { kind: 'refused' };
export interface OrderRow {
  orderId: string;
  number: string;
  jobId: string;
  revision: number;
  allowance: number;
}
export interface RevocationRow {
  fingerprint: string;
  serial: string;
  deviceId: string | null;
  reason: string;
  at: string;
}
export interface ReceivedRow {
  sequence: number;
  id: string;
  kind: string;
  title: string;
  outcome: 'applied' | 'refused';
  reason: string | null;
  at: string;
}
/** What came from the cloud: each message once, in order, with its effect and its receipt in one transaction. */
export interface InboxRepository {
  /** Number of the last message that was applied or refused. */
  applied(): Promise<number>;
  /** Refused (`conflict`) unless `sequence` is the next one. Orders add to the allowance of their revision. */
  apply(message: {
    sequence: number;
    id: string;
    kind: string;
    title: string;
    reason: string | null;
    effect: DownEffect;
  }): Promise<void>;
  received(limit: number): Promise<ReceivedRow[]>;
  revocation(fingerprint: string): Promise<RevocationRow | null>;
  /** Grows with every revocation; 0 before the first. */
  revokedHead(): Promise<number>;
  /** Revoked certificates that this station issued, by fingerprint from behind `after`. */
  revocations(after: string | null, limit: number): Promise<RevocationRow[]>;
  /** Forgets numbering and outbox acknowledgement when the station joins another tenant. */
  reset(tenantId: string, actor: string): Promise<void>;
}

export type OnboardingState =
  'waiting' | 'working' | 'retry' | 'registered' | 'dead' | 'revoke-waiting' | 'revoked';
export interface OnboardingItemRow {
  targetId: string;
  fingerprint: string;
  name: string;
  deviceId: string;
  serial: string;
  der: Uint8Array;
  state: OnboardingState;
  attempts: number;
  reason: string | null;
  at: string;
}
/** Units and the targets that this station registers them at. */
export interface OnboardingRepository {
  targets(): Promise<{ id: string; config: string; paused: boolean }[]>;
  putTarget(target: { id: string; config: string; paused: boolean }, actor: string): Promise<void>;
  removeTarget(id: string, actor: string): Promise<void>;
  counts(targetId: string): Promise<Record<OnboardingState, number>>;
  /** Items to work on, leased until `leaseUntil`; a lease that has run out is given again. Times in ms since 1970. */
  claim(targetId: string, limit: number, now: number, leaseUntil: number): Promise<OnboardingItemRow[]>;
  settle(
    targetId: string,
    results: { fingerprint: string; state: OnboardingState; reason: string | null; nextAt: number | null }[],
  ): Promise<void>;
  dead(
    targetId: string,
    after: string | null,
    limit: number,
  ): Promise<{ rows: OnboardingItemRow[]; cursor: string | null }>;
  /** Returns how many. */
  retry(targetId: string, fingerprints: string[] | null): Promise<number>;
  /**
   * What is registered or revoked there waits to be so once more: the target lost its state. `revoked`: only those that
   * were thrown out, before a list kept them out. Returns how many.
   */
  again(targetId: string, which: 'all' | 'revoked', actor: string): Promise<number>;
  /** When the next retry is due, ms since 1970; null: nothing waits. */
  nextDue(targetId: string): Promise<number | null>;
}
