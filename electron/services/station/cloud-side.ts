import { randomUUID } from 'node:crypto';
import type { BatchView } from '#contract/batches.ts';
import type { ChannelName, HandlersOf } from '#contract/contract.ts';
import type { StationView, Warning } from '#contract/station.ts';
import type { SyncView } from '#contract/sync.ts';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import { Courier } from '#services/courier/courier.ts';
import { createCourierHandlers } from '#services/courier/courier-handlers.ts';
import { createThrottle } from '#services/engine/throttle.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import { createOnboardingHandlers } from '#services/onboarding/onboarding-handlers.ts';
import { Onboarding } from '#services/onboarding/onboarding.ts';
import type { Authority } from '#services/pki/authority.ts';
import { OrderedJobs } from '#services/sync/down/ordered-jobs.ts';
import { createSyncHandlers } from '#services/sync/handlers.ts';
import { readMembership } from '#services/sync/membership.ts';
import type { LineTimeouts } from '#services/sync/line/line-client.ts';
import { realPace, type Pace } from '#services/sync/pace.ts';
import { RevocationList } from '#services/sync/revocation-list.ts';
import type { SyncParts } from '#services/sync/sync-parts.ts';
import { Sync } from '#services/sync/sync.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';

export interface CloudSideParts {
  store: Store;
  vault: Omit<Vault, 'close'>;
  authority: Authority;
  tools: JobTools;
  name: string;
  version: string;
  dataDir: string;
  line?: { pace?: Pace; timeouts?: LineTimeouts };
  onDefect: (error: unknown) => void;
  jobs: Map<string, LoadedJob>;
  /** The job of the open batch. */
  openJob: () => { id: string; revision: number } | null;
  publish: (view: SyncView) => void;
  stationChanged: () => void;
}

/** At most this often a screen hears of the line, milliseconds. */
const PUBLISH_MS = 500;

type CloudChannel = Extract<ChannelName, `sync.${string}` | `courier.${string}` | `onboarding.${string}`>;

/** Everything of the station that has to do with its cloud: line, courier, onboarding targets. */
export class CloudSide {
  private readonly parts: CloudSideParts;
  private readonly sync: Sync;
  private readonly courier: Courier;
  private readonly onboarding: Onboarding;
  private readonly ordered: OrderedJobs;
  private readonly revoked: RevocationList;
  private readonly syncParts: SyncParts;
  private readonly news;
  /** The view that is on its way to screens: the store stays open for it. */
  private telling: Promise<void> = Promise.resolve();
  private closed = false;
  private shownLine = '';

  constructor(parts: CloudSideParts) {
    this.parts = parts;
    const { store, vault, authority, dataDir, tools, jobs, onDefect, openJob } = parts;
    const pace = parts.line?.pace ?? realPace;
    this.news = createThrottle(PUBLISH_MS, () => void (this.telling = this.publish()));
    const changed = () => {
      if (!this.closed) this.news.call();
    };
    this.ordered = new OrderedJobs({ dataDir, tools, jobs, onDefect, openJob });
    this.syncParts = {
      ...{ store, vault, authority, ordered: this.ordered, session: randomUUID() },
      ...{ name: parts.name, version: parts.version },
      ...{ pace, onDefect, changed, applied: (kind) => this.applied(kind) },
      ...(parts.line?.timeouts === undefined ? {} : { timeouts: parts.line.timeouts }),
    };
    this.sync = new Sync(this.syncParts);
    this.revoked = new RevocationList({ store, vault, authority, pace, onDefect });
    const crl = this.revoked;
    this.onboarding = new Onboarding({ store, vault, authority, crl, pace, changed, onDefect });
    this.courier = new Courier({
      ...{ sync: this.syncParts, dataDir, exclusive: this.sync.exclusive },
      reload: () => this.sync.reload(),
    });
  }

  /** Before anything looks for a job. */
  async loadJobs(): Promise<void> {
    const [open] = await this.parts.store.batches.list('open', 1);
    await this.ordered.load(open === undefined ? null : { id: open.jobId, revision: open.jobRevision });
  }

  async start(): Promise<void> {
    if ((await readMembership(this.parts.store.settings)) !== null) await this.revoked.current();
    await this.sync.start();
    await this.onboarding.start();
    await this.courier.follow();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.news.cancel();
    await Promise.all([this.sync.close(), this.courier.close(), this.onboarding.close(), this.telling]);
  }

  /** The store has something that the cloud or a target should know. */
  notice(): void {
    this.sync.notice();
    this.onboarding.notice();
  }

  batchChanged({ state }: BatchView): void {
    if (state === 'closed') this.ordered.batchClosed();
    this.notice();
  }

  private applied(kind: string): void {
    if (kind === 'revocations') void this.tellRevoked().catch(this.parts.onDefect);
    if (kind === 'order') this.parts.stationChanged();
  }

  handlers(): HandlersOf<CloudChannel> {
    const { sync, courier, onboarding, syncParts } = this;
    const line = createSyncHandlers(sync, syncParts.store);
    return {
      ...line,
      ...createCourierHandlers(courier, syncParts),
      ...createOnboardingHandlers(onboarding),
      // The watched folder is one of the line's settings.
      'sync.settings': (wanted, context) => this.followed(line['sync.settings'](wanted, context)),
      'sync.join': (wanted, context) => this.joining(() => line['sync.join'](wanted, context)),
      'sync.membershipFile': (wanted, context) =>
        this.joining(() => line['sync.membershipFile'](wanted, context)),
    };
  }

  /** The cloud's targets need a list of this station's CA before its first device, an empty one if need be. */
  private async joining<T>(join: () => Promise<T>): Promise<T> {
    await this.revoked.current();
    return this.followed(join());
  }

  private async followed<T>(work: Promise<T>): Promise<T> {
    const done = await work;
    await this.courier.follow();
    return done;
  }

  /** Nobody else can sign this list: it goes to the targets and up to the cloud. */
  private async tellRevoked(): Promise<void> {
    if ((await readMembership(this.parts.store.settings)) !== null) await this.revoked.current();
    this.notice();
  }

  async station(): Promise<{ line: StationView['line']; warnings: Warning[] }> {
    const [{ line, warnings }, dead] = await Promise.all([
      this.sync.station(),
      this.onboarding.deadLetters(),
    ]);
    return { line, warnings: dead === 0 ? warnings : [...warnings, deadLetters(dead)] };
  }

  private async publish(): Promise<void> {
    try {
      const view = await this.sync.view();
      this.parts.publish(view);
      const line = JSON.stringify([view.state, view.waiting, view.error?.code]);
      if (line !== this.shownLine) this.parts.stationChanged();
      this.shownLine = line;
    } catch (error) {
      this.parts.onDefect(error);
    }
  }
}

function deadLetters(count: number): Warning {
  return {
    ...{ id: 'dead-letters', level: 'warning' },
    text: `${count} units could not be registered at their target.`,
    next: 'An engineer looks at them under Settings, Targets, and tries them again.',
  };
}
