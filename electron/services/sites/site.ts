import type { ErrorView } from '#contract/errors.ts';
import type { SiteState, SiteView } from '#contract/sites.ts';
import { failureView, viewOf } from '#services/engine/failures.ts';
import { createThrottle } from '#services/engine/throttle.ts';
import type { RunRow } from '#store/api.ts';
import { Occupancy } from './occupancy.ts';
import { PartWatch } from './part-watch.ts';
import type { SiteConfig } from './site-config.ts';
import { cableMoved, notCleared, nothingToReadBack, siteInLab, siteNotReady } from './site-errors.ts';
import { SiteLink } from './site-link.ts';
import type { SiteParts } from './site-parts.ts';
import { SiteRun } from './site-run.ts';
import { SiteSurroundings } from './site-surroundings.ts';
import { presenceChange, siteStateOf, type SiteFacts } from './site-state.ts';

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
  private closed = false;
  private readonly run: SiteRun;
  private readonly link: SiteLink;
  readonly around: SiteSurroundings;
  private readonly watch = new PartWatch();
  private readonly busy = new Occupancy(() => {
    if (!this.closed) this.lookAtPart();
  });

  constructor(config: SiteConfig, parts: SiteParts) {
    this.bound = config;
    this.parts = parts;
    this.around = new SiteSurroundings(config, parts.drivers, () => this.changed(true));
    this.link = new SiteLink(config, {
      drivers: parts.drivers,
      onOpen: (part, path) => this.linked(part, path),
      onFailed: (error) => this.unlinked(error),
    });
    this.run = new SiteRun(parts, {
      site: config.site,
      isClosed: () => this.closed,
      isOnline: () => this.facts.online,
      connect: () => this.connect(),
      renew: () => this.renew(),
      leaveBehind: () => this.leaveBehind(),
      tell: (facts, error = this.error) => this.set(facts, error),
      changed: (now) => this.changed(now),
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
    return this.run.unread?.id ?? null;
  }

  view(): SiteView {
    const { site, row, column, programmer, link, virtual } = this.config;
    const { prompt, lab, moved, port } = this.around;
    return {
      ...{ id: site, row, column, programmer, port: port ?? link?.path ?? '', virtual },
      state: this.state,
      part: this.facts.part,
      run: this.run.view(this.facts.running),
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

  /** The cable is out. What runs ends by its own rejection, with the better error; a contact on the cable is blind. */
  disconnected(error: unknown): void {
    if (this.config.link?.control.kind === 'modem-lines') this.watch.blind();
    this.unlinked({ ...viewOf(error, null), next: 'Plug the cable in.' });
  }

  /** The driver process is gone, and with it the link and every report on the socket. */
  driverDied(error: unknown): void {
    this.link.lost();
    this.around.prompt = null;
    this.watch.blind();
    this.set({ online: false, vacant: false }, viewOf(error, null));
  }

  /** The driver has opened the port again by itself. */
  reconnected(path: string): void {
    this.link.reopened();
    this.around.plugged(path);
    this.set({ online: true, vacant: false }, null);
    this.lookAtPart();
  }

  /** An operation answers no abort: the site is off until the driver lets go of the link, then it is opened anew. */
  leaveBehind(): void {
    this.link.leaveBehind(() => void this.connect());
    this.set({ online: false, vacant: false }, failureView('no-answer', null));
  }

  /** The socket's contact reports. */
  presence(part: boolean): void {
    if (this.closed) return;
    const { cleared, inserted } = presenceChange(this.facts, part);
    if (cleared) this.forget();
    this.set({ part }, this.facts.online ? null : this.error);
    if (!part) this.run.abort('part-removed');
    if (inserted || !part) this.around.handled = false;
    this.watch.reported(part, inserted);
    this.lookAtPart();
  }

  /**
   * A part that came in is looked at as soon as nothing else is under way: started, read back where a reading is
   * awaited, or, where it came in under a result, asked whether the result is its own.
   */
  private lookAtPart(): void {
    if (!this.watch.hasNew || this.busy.isTaken || this.around.lab || !this.facts.online) return;
    this.watch.mark(false);
    if (this.unreadRun !== null) void this.tryReadBack();
    else if (this.facts.result === 'passed') void this.busy.while(() => this.recheck());
    else this.offer();
  }

  /** A result is for one part only. Never rejects. */
  private async recheck(): Promise<void> {
    if ((await this.run.isItsPart()) || this.facts.part !== true) return;
    this.forget();
    this.watch.mark(true);
    this.set({}, null);
  }

  /** Starts a part that is in and waiting, where the floor allows it. A refusal is shown, never thrown. */
  offer(): void {
    if (!this.parts.floor.running || this.busy.isTaken || this.around.lab || this.around.handled) return;
    if (this.state === 'ready' && this.facts.part === true) void this.startOrShow(null);
  }

  /** Starts, or shows on the site why it cannot. */
  startOrShow(operator: string | null): Promise<void> {
    return this.start(operator).catch((error: unknown) => this.set({}, viewOf(error, null)));
  }

  /** Begins a run; resolves when it is under way. Throws AppError when the site or the batch does not allow it. */
  async start(operator: string | null): Promise<void> {
    if (this.around.lab) throw siteInLab(this.bound.site);
    const again = this.state === 'failed' && this.run.view(false)?.error?.retry === true;
    const startable = (this.state === 'ready' || again) && this.facts.part !== false && this.facts.online;
    if (this.busy.isTaken || this.closed || !startable) throw siteNotReady(this.bound.site, this.state);
    const place = this.parts.floor.take(operator);
    const begun = Promise.withResolvers<undefined>();
    this.watch.mark(false);
    this.around.handled = false;
    void this.busy.while(() => this.run.produce(place, begun));
    await begun.promise;
  }

  /** Throws AppError `site-not-ready` where a run or an unread part is on the site, or another act lasts. */
  private requireIdle(): void {
    const { state } = this;
    if (this.busy.isTaken || state === 'running' || state === 'unknown')
      throw siteNotReady(this.bound.site, state === 'unknown' ? 'unknown' : 'running');
  }

  /** Work of others on this link, such as a self-test: nothing starts meanwhile. Throws AppError `site-not-ready`. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.around.lab) throw siteInLab(this.bound.site);
    this.requireIdle();
    return this.busy.while(work);
  }

  /** Takes the site out of production. Throws AppError where a run stands on it. */
  holdForLab(): void {
    this.requireIdle();
    this.around.lab = true;
    this.changed(true);
  }

  /** Back into production. The part that is in was in people's hands: it does not start by itself. */
  releaseFromLab(): void {
    this.around.lab = false;
    this.around.handled = true;
    this.watch.mark(false);
    this.changed(true);
  }

  /** Work of the lab on this link. Throws AppError `site-not-ready` while another act lasts. */
  async byLab<T>(work: () => Promise<T>): Promise<T> {
    if (!this.around.lab || this.busy.isTaken || this.closed) throw siteNotReady(this.bound.site, 'running');
    return this.busy.while(work);
  }

  /** Shows a run of an earlier process that is to be read back here. */
  restore(row: RunRow): Promise<void> {
    return this.run.restore(row);
  }

  /** Another site has the part, or the batch was closed with the run left unread. */
  letGo(): void {
    this.forget();
    this.watch.mark(this.facts.part === true);
    this.set({}, this.error);
    this.lookAtPart();
  }

  /** Reads back where that is possible at all; used where nobody pressed a button. Never rejects. */
  async tryReadBack(): Promise<void> {
    const possible = this.facts.online && this.facts.part !== false && !this.around.lab;
    if (this.unreadRun === null || this.busy.isTaken || !possible) return;
    await this.readBack().catch((error: unknown) => this.set({}, viewOf(error, null)));
  }

  /** Ends an unknown run as what silicon says. Resolves when the site's state is settled. */
  async readBack(): Promise<void> {
    const { unread } = this.run;
    if (unread === null) throw nothingToReadBack(this.bound.site);
    if (this.busy.isTaken || this.closed) throw siteNotReady(this.bound.site, 'running');
    await this.busy.while(() => this.run.settle(unread));
  }

  /** Honoured between irreversible steps; a run that has begun to lock is led to its end. */
  stop(): void {
    this.run.stop('stopped');
  }

  /** The operator says that the part is out. A fixture that sees the part knows better. */
  clear(): void {
    const settled = this.state === 'passed' || this.state === 'failed';
    if (!settled || this.facts.part === true) throw notCleared(this.bound.site, this.state);
    this.forget();
    this.set({}, this.error);
  }

  /** Ends what runs and gives the link back. Nothing starts from here on. */
  async close(): Promise<void> {
    this.closed = true;
    this.run.stop('interrupted');
    this.run.abort('interrupted');
    await this.busy.ended();
    await this.link.close();
    this.throttle.cancel();
  }

  private forget(): void {
    this.run.forget();
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
