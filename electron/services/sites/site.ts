import type { ErrorView } from '#contract/errors.ts';
import type { SiteState, SiteView } from '#contract/sites.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { RunEnd } from '#services/engine/conclude.ts';
import { viewOf } from '#services/engine/failures.ts';
import type { EnginePorts, RunJob } from '#services/engine/ports.ts';
import { markInterrupted, readBack, restoreTracker } from '#services/engine/read-back.ts';
import { RunError } from '#services/engine/run-error.ts';
import { RunTracker } from '#services/engine/run-tracker.ts';
import { executeRun } from '#services/engine/run.ts';
import { createThrottle } from '#services/engine/throttle.ts';
import type { RunRow } from '#store/api.ts';
import type { Floor, Place } from './floor.ts';
import type { SiteConfig } from './site-config.ts';
import { noSuchSite, notCleared, nothingToReadBack, siteNotReady } from './site-errors.ts';
import { presenceChange, siteStateOf, type SiteFacts } from './site-state.ts';

export interface SiteParts {
  ports: EnginePorts;
  drivers: DriverHost;
  floor: Floor;
  newId(): string;
  publish(view: SiteView): void;
  /** A run that this site has taken over: another site that showed it lets go. */
  onAdopted(runId: string, site: string): void;
}

/** At most this often a screen hears of progress alone, milliseconds. */
const PROGRESS_MS = 100;

/** One socket: its link, its part and the run on it. Every site works by itself; none waits for another. */
export class Site {
  readonly config: SiteConfig;
  private readonly parts: SiteParts;
  private readonly throttle;
  private facts: SiteFacts = { online: false, part: null, running: false, result: null };
  private error: ErrorView | null = null;
  private tracker: RunTracker | null = null;
  private unread: RunRow | null = null;
  private stopper: AbortController | null = null;
  private aborter: AbortController | null = null;
  /** A part came in while the link was gone: it is looked at once the link is back. */
  private changedUnseen = false;
  private busy: Promise<unknown> | null = null;
  private linking: Promise<void> = Promise.resolve();

  constructor(config: SiteConfig, parts: SiteParts) {
    this.config = config;
    this.parts = parts;
    this.throttle = createThrottle(PROGRESS_MS, () => parts.publish(this.view()));
  }

  get state(): SiteState {
    return siteStateOf(this.facts);
  }

  get unreadRun(): string | null {
    return this.unread?.id ?? null;
  }

  view(): SiteView {
    const { site, row, column, programmer, link, virtual } = this.config;
    return {
      ...{ id: site, row, column, programmer, port: link?.path ?? '', virtual },
      state: this.state,
      part: this.facts.part,
      run: this.tracker?.view(this.facts.running) ?? null,
      error: this.error,
    };
  }

  /** Opens the link; again after it was lost. Calls queue up, so that a flapping cable opens it once at a time. */
  connect(): Promise<void> {
    this.linking = this.linking.then(() => this.openLink());
    return this.linking;
  }

  private async openLink(): Promise<void> {
    const { site, link, target } = this.config;
    if (link === null) return;
    try {
      const { part } = await this.parts.drivers.openSite(site, link, target);
      this.set({ online: true }, null);
      if (part !== null) this.presence(part);
    } catch (error) {
      this.set({ online: false }, viewOf(error, null));
    }
  }

  /** The link is gone, with the driver or the cable. What runs ends by its own rejection, with the better error. */
  disconnected(error: unknown): void {
    this.set({ online: false }, viewOf(error, null));
  }

  /** The driver has opened the port again by itself. */
  reconnected(): void {
    this.set({ online: true }, null);
    if (this.changedUnseen) void this.tryReadBack();
  }

  /** The socket's contact reports. A new part starts by itself while a batch is open, or is read when one is awaited. */
  presence(part: boolean): void {
    const { cleared, inserted } = presenceChange(this.facts, part);
    if (cleared) this.forget();
    this.set({ part }, this.facts.online ? null : this.error);
    if (!part) this.aborter?.abort(new RunError('part-removed'));
    if (inserted && this.facts.running) return;
    this.changedUnseen = inserted && !this.facts.online;
    if (inserted && this.unread !== null) void this.tryReadBack();
    else if (inserted) this.offer();
  }

  /** Starts a part that is in and waiting, where the floor allows it. A refusal is shown, never thrown. */
  offer(): void {
    if (!this.parts.floor.running || this.state !== 'ready' || this.facts.part !== true) return;
    void this.startOrShow(null);
  }

  /** Starts, or shows on the site why it cannot. */
  startOrShow(operator: string | null): Promise<void> {
    return this.start(operator).catch((error: unknown) => this.set({}, viewOf(error, null)));
  }

  /** Begins a run; resolves when it is under way. Throws AppError when the site or the batch does not allow it. */
  async start(operator: string | null): Promise<void> {
    const again = this.state === 'failed' && this.tracker?.view(false).error?.retry === true;
    if (
      this.busy !== null ||
      (this.state !== 'ready' && !again) ||
      this.facts.part === false ||
      !this.facts.online
    )
      throw siteNotReady(this.config.site, this.state);
    const place = this.parts.floor.take(operator);
    const begun = Promise.withResolvers<undefined>();
    this.busy = this.produce(place, begun).finally(() => (this.busy = null));
    await begun.promise;
  }

  private async produce(place: Place, begun: PromiseWithResolvers<undefined>): Promise<void> {
    let end: RunEnd | null = null;
    try {
      const { batchId, job, operator } = place;
      const site = this.config.site;
      const id = this.parts.newId();
      const row = await this.parts.ports.runs.begin({ id, batchId, jobId: job.recipe.id, site, operator });
      this.tracker = new RunTracker(row, job.recipe, this.parts.ports.clock);
      this.set({ running: true, result: null }, null);
      begun.resolve(undefined);
      await place.begun();
      end = await this.execute(row, job, place);
    } catch (error) {
      begun.reject(error);
    } finally {
      await place.release(end, this.tracker?.view(false).phases ?? []);
    }
    if (end !== null) await this.ended(end);
  }

  private execute(row: RunRow, job: RunJob, place: Place): Promise<RunEnd> {
    const [stop, abort, tracker] = [new AbortController(), new AbortController(), this.tracker];
    if (tracker === null) throw new RunError('internal');
    this.stopper = stop;
    this.aborter = abort;
    return executeRun(
      {
        ...{ row, job, tracker, stop: stop.signal, abort: abort.signal },
        onChange: (now) => this.changed(now),
        onDebited: () => place.debited(),
      },
      this.parts.ports,
    );
  }

  private async ended(end: RunEnd): Promise<void> {
    this.stopper = this.aborter = null;
    this.tracker?.end(end.error);
    if (end.stuck) await this.reopen();
    if (end.outcome === 'unknown') this.unread = await this.parts.ports.runs.get(end.runId);
    this.set({ running: false, result: end.outcome }, this.error);
    if (end.adopt !== null) await this.adopt(end.adopt);
  }

  private async reopen(): Promise<void> {
    await this.parts.drivers.closeSite(this.config.site).catch(() => undefined);
    await this.connect();
  }

  /** The part in the socket has an older run that nobody read: that one comes first, wherever it began. */
  private async adopt(runId: string): Promise<void> {
    const row = await this.parts.ports.runs.get(runId);
    if (row?.outcome !== 'unknown') return;
    this.parts.onAdopted(runId, this.config.site);
    await this.restore(row);
    this.busy = null;
    await this.tryReadBack();
  }

  /** Shows a run of an earlier process, or of another site, that is to be read back here. */
  async restore(row: RunRow): Promise<void> {
    const job = await this.parts.floor.jobOf(row.batchId);
    const { ports } = this.parts;
    this.unread = await markInterrupted(ports, row, job);
    this.tracker = restoreTracker(this.unread, job, await ports.runs.journal(row.id), ports.clock);
    this.set({ result: 'unknown' }, this.error);
  }

  /** Another site has the part, or the batch was closed with the run left unread. */
  letGo(): void {
    this.forget();
    this.set({}, this.error);
    this.offer();
  }

  /** Reads back where that is possible at all; used where nobody pressed a button. */
  async tryReadBack(): Promise<void> {
    if (this.unread === null || this.busy !== null || !this.facts.online || this.facts.part === false) return;
    await this.readBack();
  }

  /** Ends an unknown run as what silicon says. Resolves when the site's state is settled. */
  async readBack(): Promise<void> {
    if (this.unread === null) throw nothingToReadBack(this.config.site);
    if (this.busy !== null) throw siteNotReady(this.config.site, 'running');
    this.busy = this.settle(this.unread).finally(() => (this.busy = null));
    await this.busy;
  }

  private async settle(row: RunRow): Promise<void> {
    const job = await this.parts.floor.jobOf(row.batchId);
    if (!this.facts.online) await this.connect();
    const [abort, tracker] = [new AbortController(), this.tracker];
    if (tracker === null) throw noSuchSite(this.config.site);
    this.aborter = abort;
    const onChange = (now: boolean) => this.changed(now);
    const { site } = this.config;
    const end = await readBack({ row, job, site, tracker, abort: abort.signal, onChange }, this.parts.ports);
    this.aborter = null;
    tracker.end(end.error);
    if (end.outcome !== 'unknown') this.unread = null;
    // The batch counts first: whoever sees the site settled finds the counts settled too.
    if (end.outcome !== 'unknown') await this.parts.floor.decided(end);
    this.set({ result: end.outcome }, this.error);
  }

  /** Honoured between irreversible steps; a run that has begun to lock is led to its end. */
  stop(): void {
    this.stopper?.abort(new RunError('stopped'));
  }

  /** The operator says that the part is out. */
  clear(): void {
    if (this.state !== 'passed' && this.state !== 'failed') throw notCleared(this.config.site, this.state);
    this.forget();
    this.set({}, this.error);
  }

  /** Ends what runs and gives the link back. */
  async close(): Promise<void> {
    this.stopper?.abort(new RunError('interrupted'));
    this.aborter?.abort(new RunError('interrupted'));
    await this.busy?.catch(() => undefined);
    this.throttle.cancel();
    await this.parts.drivers.closeSite(this.config.site).catch(() => undefined);
  }

  private forget(): void {
    this.tracker = null;
    this.unread = null;
    this.facts = { ...this.facts, result: null };
  }

  private set(facts: Partial<SiteFacts>, error: ErrorView | null): void {
    this.facts = { ...this.facts, ...facts };
    this.error = error;
    this.changed(true);
  }

  private changed(now: boolean): void {
    if (now) this.throttle.flush();
    else this.throttle.call();
  }
}
