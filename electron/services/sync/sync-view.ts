import type { StationView, Warning } from '#contract/station.ts';
import type { SyncView } from '#contract/sync.ts';
import type { OutboxState, ReceivedRow } from '#store/api.ts';
import { lineCertificateEnd } from './certificate-end.ts';
import { keyFingerprint } from './line-keys.ts';
import { der, sha256Of, type LocalSettings, type Membership } from './membership.ts';
import type { Status } from './status.ts';

export interface SyncFacts {
  status: Status;
  membership: Membership | null;
  outbox: OutboxState;
  received: readonly ReceivedRow[];
  local: LocalSettings;
}

function cloudView(membership: Membership | null): SyncView['cloud'] {
  if (membership === null) return null;
  const { cloud: name, tenant, url, root, stationId, stationName, joinedAt } = membership;
  return {
    ...{ name, tenant: tenant.name, url, stationId, stationName, joinedAt },
    fingerprint: sha256Of(der(root)),
    keyFingerprint: keyFingerprint(membership),
    certificateEnds: lineCertificateEnd(membership).toISOString(),
  };
}

/** The line as its screen shows it. */
export function syncView({ status, membership, outbox, received, local }: SyncFacts): SyncView {
  const { state, lastContact, nextTryAt, decision, clockOffset } = status;
  return {
    ...{ state, lastContact, nextTryAt, decision, clockOffset },
    cloud: cloudView(membership),
    waiting: outbox.waiting,
    oldestAt: outbox.oldestAt,
    acknowledged: outbox.acknowledged.position,
    head: outbox.head.position,
    rate: status.rate(outbox.waiting),
    error: status.error ?? status.downError,
    settings: local,
    received: received.map(({ at, kind, title, outcome, reason }) => ({ at, kind, title, outcome, reason })),
  };
}

/** For the header. A line that is being tried is offline until it answers. */
export function lineView({ state, since }: Status, { waiting }: OutboxState): StationView['line'] {
  return { state: state === 'connecting' ? 'offline' : state, waiting, since };
}

const DAY_MS = 86_400_000;
const CERTIFICATE_WARNING_DAYS = 14;
/** Clocks of two computers that are kept by hand differ by less. */
const CLOCK_WARNING_SECONDS = 120;

/** What somebody should know without opening the screen of the line. A queue is no reason: it is made for that. */
export function lineWarnings(
  { status, membership }: Pick<SyncFacts, 'status' | 'membership'>,
  now: Date,
): Warning[] {
  if (membership === null) return [];
  const all: Warning[] = [];
  const error = status.state === 'stopped' ? status.error : status.downError;
  if (error !== null) all.push({ id: 'line', level: 'error', text: error.what, next: error.next });
  const days = Math.floor((lineCertificateEnd(membership).getTime() - now.getTime()) / DAY_MS);
  if (days < CERTIFICATE_WARNING_DAYS && error?.code !== 'tls-expired-here')
    all.push({
      ...{ id: 'line-certificate', level: 'warning' },
      text:
        days < 0
          ? "The certificate of this station's line has ended."
          : `The certificate of the line ends in ${days} days.`,
      next: 'Connect the line, or take a courier file to the cloud and back: either renews it.',
    });
  const offset = status.clockOffset ?? 0;
  if (Math.abs(offset) > CLOCK_WARNING_SECONDS)
    all.push({
      ...{ id: 'clock', level: 'warning' },
      text: `The clock of this station is ${timeWords(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} the cloud.`,
      next: 'Set the clock. The order of records does not depend on it.',
    });
  return all;
}

function timeWords(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  return hours >= 2 ? `${hours} hours` : `${Math.round(seconds / 60)} minutes`;
}

/** Kinds of messages as people call them. */
const titles: Readonly<Record<string, string>> = {
  batch: 'Batches',
  attempt: 'Attempts on units',
  certificate: 'Certificates',
  record: 'Signed records',
  checkpoint: 'Checkpoints of the journal',
  receipt: 'Receipts of messages from the cloud',
  onboarding: 'States at onboarding targets',
  crl: 'Lists of revoked certificates',
};
export const kindTitle = (kind: string): string => titles[kind] ?? kind;
