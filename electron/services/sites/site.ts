import type { ErrorView } from '#contract/errors.ts';
import type { SiteState, SiteView } from '#contract/sites.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { RunEnd } from '#services/engine/conclude.ts';
import { failureView, viewOf } from '#services/engine/failures.ts';
import type { EnginePorts, RunJob } from '#services/engine/ports.ts';
import { markInterrupted, readBack, readChipUid, restoreTracker } from '#services/engine/read-back.ts';
import { RunError } from '#services/engine/run-error.ts';
import { RunTracker } from '#services/engine/run-tracker.ts';
import { executeRun } from '#services/engine/run.ts';
import { createThrottle } from '#services/engine/throttle.ts';
import type { RunRow } from '#store/api.ts';
import type { Floor, Place } from './floor.ts';
import type { SiteConfig } from './site-config.ts';
import {
  cableMoved,
  noSuchSite,
  notCleared,
  nothingToReadBack,
  siteInLab,
  siteNotReady,
} from './site-errors.ts';
import { SiteLink } from './site-link.ts';
import { SiteSurroundings } from './site-surroundings.ts';
import { presenceChange, siteStateOf, type SiteFacts } from './site-state.ts';

export interface SiteParts {
  ports: EnginePorts;
  drivers: DriverHost;
  floor: Floor;
  newId(): string;
  publish(view: SiteView): void;
  /** Parts of this target are the port themselves: an empty socket has none. */
  partIsPort(target: string): boolean;
  /** A run that this site has taken over: another site that showed it lets go. */
  onAdopted(runId: string, site: string): void;
}

/** At most this often a screen hears of a site, but for what cannot wait, milliseconds. */
const PROGRESS_MS = 100;

/** One socket: its link, its part and the run on it. Every site works by itself; none waits for another. */
export class Site {
  private readonly bound: SiteConfig;
  private readonly parts: SiteParts;
  private readonly throttle;
  private facts: SiteFacts = {
    ...{ online: false, vacant: false, part: null, running: false, result: null },
  };
  private error: ErrorView | null = null;
  private tracker: RunTracker | null = null;
  private unread: RunRow | null = null;
  private stopper: AbortController | null = null;
  private aborter: AbortController | null = null;
  /** Resolves when what has the site to itself is done: a run, a read-back or a self-test. */
  private busy: Promise<void> | null = null;
  private closed = false;
  private readonly link: SiteLink;
  readonly around: SiteSurroundings;
  /** A part came in that nobody has looked at yet. */
  private newPart = false;
  /** Nobody watched the socket for a while: another part may be in it. */
  private unwatched = false;

  constructor(config: SiteConfig, parts: SiteParts) {
    this.bound = config;
    this.parts = parts;
    this.around = new SiteSurroundings(config, parts.drivers, () => this.changed(true));
    this.link = new SiteLink(config, {
      drivers: parts.drivers,
      onOpen: (part, path) => this.linked(part, path),
      onFailed: (error) => this.unlinked(error),
    });
    this.throttle = createThrottle(PROGRESS_MS, () => parts.publish(this.view()));
  }

  get config(): SiteConfig {
    return { ...this.bound, ...this.around.place };
  }

  /** The link is open: also where a result or an unread part stands on the site. */
  get online(): boolean {
    return this.facts.online || this.isVacant;
  }

  /** Nothing is wrong with the link: it is a part away. */
  private get isVacant(): boolean {
    return this.facts.vacant && this.facts.part !== true;
  }

  get state(): SiteState {
    return siteStateOf(this.facts);
  }

  get unreadRun(): string | null {
    return this.unread?.id ?? null;
  }

  view(): SiteView {
    const { site, row, column, programmer, link, virtual } = this.config;
    const { prompt, lab, moved, port } = this.around;
    return {
      ...{ id: site, row, column, programmer, port: port ?? link?.path ?? '', virtual },
      state: this.state,
      part: this.facts.part,
      run: this.tracker?.view(this.facts.running) ?? null,
      ...{ prompt, lab },
      error: moved === null ? (this.isVacant ? null : this.error) : cableMoved(site, moved),
    };
  }

  /** Opens the link where the driver process does not hold it. Calls queue up; never rejects. */
  connect(): Promise<void> {
    return this.link.connect();
  }

  /** Opens the link anew where it is open: the driver forgets the part that it knew. Never rejects. */
  renew(): Promise<void> {
    return this.link.renew();
  }

  private linked(part: boolean | null, path: string): void {
    this.around.plugged(path);
    this.set({ online: true, vacant: false }, null);
    if (part !== null) this.presence(part);
    this.lookAtPart();
  }

  private unlinked(error: ErrorView): void {
    const away = error.code === 'port-missing' || error.code === 'port-gone';
    this.set({ online: false, vacant: away && this.parts.partIsPort(this.bound.target) }, error);
  }

  /** Takes the site out of production. Throws AppError where a run stands on it. */
  holdForLab(): void {
    if (this.busy !== null || this.state === 'running' || this.state === 'unknown')
      throw siteNotReady(this.bound.site, this.state === 'unknown' ? 'unknown' : 'running');
    this.around.lab = true;
    this.changed(true);
  }

  /** Back into production. The part that is in was in people's hands: it does not start by itself. */
  releaseFromLab(): void {
    this.around.lab = false;
    this.around.handled = true;
    this.newPart = false;
    this.changed(true);
  }

  /** Work of the lab on this link. Throws AppError `site-not-ready` while another act lasts. */
  async byLab<T>(work: () => Promise<T>): Promise<T> {
    if (!this.around.lab || this.busy !== null || this.closed) throw siteNotReady(this.bound.site, 'running');
    return this.alone(work);
  }

  /** The cable is out. What runs ends by its own rejection, with the better error; a contact on the cable is blind. */
  disconnected(error: unknown): void {
    this.unwatched ||= this.config.link?.control.kind === 'modem-lines';
    this.unlinked({ ...viewOf(error, null), next: 'Plug the cable in.' });
  }

  /** The driver process is gone, and with it the link and every report on the socket. */
  driverDied(error: unknown): void {
    this.link.lost();
    this.around.prompt = null;
    this.unwatched = true;
    this.set({ online: false, vacant: false }, viewOf(error, null));
  }

  /** The driver has opened the port again by itself. */
  reconnected(path: string): void {
    this.link.reopened();
    this.around.plugged(path);
    this.set({ online: true, vacant: false }, null);
    this.lookAtPart();
  }

  /** The socket's contact reports. */
  presence(part: boolean): void {
    if (this.closed) return;
    const { cleared, inserted } = presenceChange(this.facts, part);
    if (cleared) this.forget();
    this.set({ part }, this.facts.online ? null : this.error);
    if (!part) this.aborter?.abort(new RunError('part-removed'));
    if (inserted || !part) this.around.handled = false;
    this.newPart = part && (this.newPart || inserted || this.unwatched);
    this.unwatched = false;
    this.lookAtPart();
  }

  /**
   * A part that came in is looked at as soon as nothing else is under way: started, read back where a reading is
   * awaited, or, where it came in under a result, asked whether the result is its own.
   */
  private lookAtPart(): void {
    if (!this.newPart || this.busy !== null || this.around.lab || !this.facts.online) return;
    this.newPart = false;
    if (this.unread !== null) void this.tryReadBack();
    else if (this.facts.result === 'passed') void this.occupy(() => this.recheck());
    else this.offer();
  }

  /** A result is for one part only: the unique id tells whether that part is still in. Never rejects. */
  private async recheck(): Promise<void> {
    const made = this.tracker?.view(false).chipUid ?? null;
    const abort = (this.aborter = new AbortController());
    const found = await readChipUid(this.parts.ports, this.config.site, abort.signal);
    this.aborter = null;
    if (found === made || this.facts.part !== true) return;
    this.forget();
    this.newPart = true;
    this.set({}, null);
  }

  /** Starts a part that is in and waiting, where the floor allows it. A refusal is shown, never thrown. */
  offer(): void {
    if (!this.parts.floor.running || this.busy !== null || this.around.lab || this.around.handled) return;
    if (this.state === 'ready' && this.facts.part === true) void this.startOrShow(null);
  }

  /** Starts, or shows on the site why it cannot. */
  startOrShow(operator: string | null): Promise<void> {
    return this.start(operator).catch((error: unknown) => this.set({}, viewOf(error, null)));
  }

  /** Begins a run; resolves when it is under way. Throws AppError when the site or the batch does not allow it. */
  async start(operator: string | null): Promise<void> {
    if (this.around.lab) throw siteInLab(this.bound.site);
    const again = this.state === 'failed' && this.tracker?.view(false).error?.retry === true;
    const startable = (this.state === 'ready' || again) && this.facts.part !== false && this.facts.online;
    if (this.busy !== null || this.closed || !startable) throw siteNotReady(this.config.site, this.state);
    const place = this.parts.floor.take(operator);
    const begun = Promise.withResolvers<undefined>();
    this.newPart = this.around.handled = false;
    void this.occupy(() => this.produce(place, begun));
    await begun.promise;
  }

  /** Has the site to itself while `work` lasts; a part that came in meanwhile is looked at afterwards. */
  private async occupy(work: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.busy = promise.then(() => undefined);
    try {
      await work();
    } finally {
      this.busy = null;
      resolve(undefined);
      if (!this.closed) this.lookAtPart();
    }
  }

  /** Work of others on this link, such as a self-test: nothing starts meanwhile. Throws AppError `site-not-ready`. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.around.lab) throw siteInLab(this.bound.site);
    const taken = this.busy !== null || this.state === 'running' || this.state === 'unknown';
    if (taken) throw siteNotReady(this.config.site, this.state === 'unknown' ? 'unknown' : 'running');
    return this.alone(work);
  }

  private async alone<T>(work: () => Promise<T>): Promise<T> {
    const result: T[] = [];
    await this.occupy(async () => void result.push(await work()));
    return result[0] as T;
  }

  /** Never rejects: whatever fails, the site comes to an end and the place is given back. */
  private async produce(place: Place, begun: PromiseWithResolvers<undefined>): Promise<void> {
    const { batchId, job, operator } = place;
    const { runs, clock } = this.parts.ports;
    const { site } = this.config;
    const run = { id: this.parts.newId(), batchId, jobId: job.recipe.id, site, operator };
    const row = await runs.begin(run).catch((error: unknown) => {
      begun.reject(error);
      return null;
    });
    if (row === null) return place.release(null, []);
    this.tracker = new RunTracker(row, job.recipe, clock);
    this.set({ running: true, result: null }, null);
    begun.resolve(undefined);
    place.begun();
    const end = await this.execute(row, this.tracker, job, place);
    await this.ended(row, this.tracker, end, place);
  }

  private execute(row: RunRow, tracker: RunTracker, job: RunJob, place: Place): Promise<RunEnd> {
    const [stop, abort] = [new AbortController(), new AbortController()];
    this.stopper = stop;
    this.aborter = abort;
    if (this.closed) abort.abort(new RunError('interrupted'));
    return executeRun(
      {
        ...{ row, job, tracker, stop: stop.signal, abort: abort.signal },
        onChange: (now) => this.changed(now),
        onDebited: () => place.debited(),
      },
      this.parts.ports,
    );
  }

  /** The batch counts first: whoever sees the site settled finds the counts settled too. */
  private async ended(row: RunRow, tracker: RunTracker, end: RunEnd, place: Place): Promise<void> {
    this.stopper = this.aborter = null;
    tracker.end(end.error);
    const { phases, chipUid, deviceId, attempt } = tracker.view(false);
    if (end.outcome === 'unknown') {
      this.unread = { ...row, chipUid, deviceId, attempt, outcome: 'unknown', error: end.error };
    }
    await place.release(end, phases);
    this.set({ running: false, result: end.outcome }, this.error);
    if (end.stuck) this.leaveBehind();
    if (end.adopt !== null) await this.adopt(end.adopt);
  }

  /** An operation answers no abort: the site is off until the driver lets go of the link, then it is opened anew. */
  leaveBehind(): void {
    this.link.leaveBehind(() => void this.connect());
    this.set({ online: false, vacant: false }, failureView('no-answer', null));
  }

  /** The part in the socket has an older run that nobody read: that one comes first, wherever it began. */
  private async adopt(runId: string): Promise<void> {
    try {
      const row = await this.parts.ports.runs.get(runId);
      if (row?.outcome !== 'unknown') return;
      await this.restore(row);
      this.parts.onAdopted(runId, this.config.site);
      await this.settle(row);
    } catch (error) {
      this.set({}, viewOf(error, null));
    }
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
    this.newPart = this.facts.part === true;
    this.set({}, this.error);
    this.lookAtPart();
  }

  /** Reads back where that is possible at all; used where nobody pressed a button. Never rejects. */
  async tryReadBack(): Promise<void> {
    const possible = this.facts.online && this.facts.part !== false && !this.around.lab;
    if (this.unread === null || this.busy !== null || !possible) return;
    await this.readBack().catch((error: unknown) => this.set({}, viewOf(error, null)));
  }

  /** Ends an unknown run as what silicon says. Resolves when the site's state is settled. */
  async readBack(): Promise<void> {
    const { unread } = this;
    if (unread === null) throw nothingToReadBack(this.config.site);
    if (this.busy !== null || this.closed) throw siteNotReady(this.config.site, 'running');
    await this.occupy(() => this.settle(unread));
  }

  private async settle(row: RunRow): Promise<void> {
    const job = await this.parts.floor.jobOf(row.batchId);
    if (!this.facts.online) await this.connect();
    if (!this.facts.online) throw siteNotReady(this.config.site, 'offline');
    const [abort, tracker] = [new AbortController(), this.tracker];
    if (tracker === null) throw noSuchSite(this.config.site);
    this.aborter = abort;
    if (this.closed) abort.abort(new RunError('interrupted'));
    const end = await readBack(
      {
        ...{ row, job, tracker, site: this.config.site, abort: abort.signal },
        onChange: (now) => this.changed(now),
        renew: () => this.renew(),
      },
      this.parts.ports,
    );
    this.aborter = null;
    tracker.end(end.error);
    if (end.outcome !== 'unknown') await this.parts.floor.decided(end);
    // Another site may have taken the run over, or the batch was closed without it.
    if (this.unread?.id !== row.id) return;
    if (end.outcome !== 'unknown') this.unread = null;
    this.set({ result: end.outcome }, this.error);
    if (end.stuck) this.leaveBehind();
  }

  /** Honoured between irreversible steps; a run that has begun to lock is led to its end. */
  stop(): void {
    this.stopper?.abort(new RunError('stopped'));
  }

  /** The operator says that the part is out. A fixture that sees the part knows better. */
  clear(): void {
    const settled = this.state === 'passed' || this.state === 'failed';
    if (!settled || this.facts.part === true) throw notCleared(this.config.site, this.state);
    this.forget();
    this.set({}, this.error);
  }

  /** Ends what runs and gives the link back. Nothing starts from here on. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopper?.abort(new RunError('interrupted'));
    this.aborter?.abort(new RunError('interrupted'));
    await this.busy;
    await this.link.close();
    this.throttle.cancel();
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
